# Tests: unit tests are Criterion programs, one a source file; cluster tests
# are scripts on a private real Slurm, run by tests/run.sh.  All speak TAP.
AM_CPPFLAGS += -I$(top_srcdir)/tests $(CRITERION_CFLAGS) $(PROTOBUF_C_CFLAGS)

include tests/unit/local.mk

EXTRA_DIST += tests/unit/tap.sh tests/run.sh tests/checks.sh tests/matrix.sh tests/packages.sh tests/rpm.sh tests/agent tests/cluster tests/collector \
	tests/lib tests/slurm_api.h tests/zipkin.jq tests/fake_grpcs.py tests/grpc_server.py .ci/run .clang-format
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/unit/tap.sh
include tests/agent/local.mk
include tests/fuzz/local.mk

# For developers: compiles against several source trees of Slurm.
EXTRA_DIST += tests/compat.sh
