spool_sources = \
	common/spool/commit.c \
	common/spool/counts.c common/spool/counts.h \
	common/spool/cursor.c common/spool/cursor.h \
	common/spool/directory.c \
	common/spool/file.c common/spool/file.h \
	common/spool/hold.c common/spool/hold.h common/spool/hold_private.h \
	common/spool/hold_end.c common/spool/hold_sweep.c \
	common/spool/open.c common/spool/open.h \
	common/spool/orphan.c \
	common/spool/reader.c common/spool/reader.h \
	common/spool/record.c common/spool/record.h \
	common/spool/rotate.c common/spool/rotate.h \
	common/spool/scan.c common/spool/scan.h \
	common/spool/segment.c common/spool/segment.h \
	common/spool/spool.h \
	common/spool/stats.c \
	common/spool/sync.c \
	common/spool/trim.c \
	common/spool/writer.c
