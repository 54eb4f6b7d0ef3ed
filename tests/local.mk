# Unit tests: Criterion programs, one a source file, spoken to in TAP.
AM_CPPFLAGS += $(CRITERION_CFLAGS)
unit_libs = libotel.la $(CRITERION_LIBS)

include tests/unit/local.mk
