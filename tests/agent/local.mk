# Programs for the tests of the agent, and the scripts that drive it.
agent_test_programs = tests/fake_collector tests/spool_tool
tests_fake_collector_SOURCES = tests/fake_collector.c tests/fake_listen.h
tests_fake_collector_LDADD = libotel.la $(PROTOBUF_C_LIBS)
tests_spool_tool_SOURCES = tests/spool_tool.c tests/spool_tool.h \
	tests/spool_tool_damage.c tests/spool_tool_open.c \
	tests/spool_tool_print.c
tests_spool_tool_LDADD = libotel.la $(PROTOBUF_C_LIBS)
if HAVE_NGHTTP2
agent_test_programs += tests/fake_grpc
tests_fake_grpc_SOURCES = \
	tests/fake_grpc.c \
	tests/fake_grpc_answer.c tests/fake_grpc_answer.h \
	tests/fake_grpc_flood.c \
	tests/fake_grpc_script.c tests/fake_grpc_script.h \
	tests/fake_grpc_wire.c tests/fake_grpc_wire.h \
	tests/fake_listen.h
tests_fake_grpc_CPPFLAGS = $(AM_CPPFLAGS) $(NGHTTP2_CFLAGS)
tests_fake_grpc_LDADD = libotel.la $(NGHTTP2_LIBS)
endif

# Stands in for systemd's filters.
if HAVE_SECCOMP
agent_test_programs += tests/sandbox
tests_sandbox_SOURCES = tests/sandbox.c
tests_sandbox_CPPFLAGS = $(AM_CPPFLAGS) $(SECCOMP_CFLAGS)
tests_sandbox_LDADD = $(SECCOMP_LIBS)
endif

check_PROGRAMS += $(agent_test_programs)

# What the scripts need: `make check TESTS=` builds every unit test as well.
agent-test-programs: $(agent_test_programs)
.PHONY: agent-test-programs
