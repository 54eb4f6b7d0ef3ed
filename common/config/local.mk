config_sources = \
	common/config/config.h \
	common/config/job_comment.h \
	common/config/endpoint.c common/config/endpoint.h \
	common/config/auth.c common/config/auth.h \
	common/config/environment.c \
	common/config/environment_endpoint.c \
	common/config/file.c \
	common/config/key.c \
	common/config/list.c \
	common/config/load.c \
	common/config/mistake.c \
	common/config/private.h \
	common/config/sampling.c \
	common/config/strlist.c \
	common/config/table.c \
	common/config/text.c \
	common/config/user_options.c \
	common/config/value.c

# Prints the documents that come from the table of keys: etc/otel.conf.example
# and the list in doc/otel.conf.5.  Both are kept in the tree, so that a build
# needs no helper; a unit test holds them against the table, and
# `make update-documents` writes them anew.
noinst_PROGRAMS += common/config/print-config
common_config_print_config_SOURCES = \
	common/config/print.c common/config/print.h \
	common/config/print_main.c
common_config_print_config_LDADD = libotel.la

update-documents: common/config/print-config
	common/config/print-config example >$(top_srcdir)/etc/otel.conf.example
	common/config/print-config man | \
		sed -e '/BEGIN GENERATED KEYS/r /dev/stdin' \
		    -e '/BEGIN GENERATED KEYS/,/END GENERATED KEYS/{/GENERATED KEYS/!d}' \
		    $(top_srcdir)/doc/otel.conf.5 >otel.conf.5.new
	mv otel.conf.5.new $(top_srcdir)/doc/otel.conf.5
.PHONY: update-documents
