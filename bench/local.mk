# Benchmarks: built by `make bench`, run by bench/run.sh, never part of a test.
EXTRA_PROGRAMS += bench_hooks bench_encode bench_fill bench_submit
EXTRA_LTLIBRARIES = libnoopspank.la
EXTRA_DIST += bench/run.sh bench/README.md bench/bench.h bench/step_span.h \
	bench/agent.sh bench/submit.sh

bench_hooks_SOURCES = bench/bench_hooks.c bench/bench.h spank/spank_otel.c \
	tests/fake_spank.c tests/fake_spank.h
bench_hooks_CPPFLAGS = $(AM_CPPFLAGS) $(SLURM_CPPFLAGS)
bench_hooks_LDADD = libspankotel.la libotel.la

bench_encode_SOURCES = bench/bench_encode.c bench/bench.h bench/step_span.h
bench_encode_LDADD = libotel.la

bench_fill_SOURCES = bench/bench_fill.c bench/step_span.h
bench_fill_LDADD = libotel.la

# The plugin that does nothing; never installed.
libnoopspank_la_SOURCES = bench/noop_spank.c
libnoopspank_la_CPPFLAGS = $(AM_CPPFLAGS) $(SLURM_CPPFLAGS)
libnoopspank_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere

bench_submit_SOURCES = bench/bench_submit.c tests/slurm_api.h
bench_submit_CPPFLAGS = $(AM_CPPFLAGS) $(SLURM_CPPFLAGS)
bench_submit_LDADD = $(SLURM_LIBS)

bench_programs = bench_hooks$(EXEEXT) bench_encode$(EXEEXT) bench_fill$(EXEEXT) \
	bench_submit$(EXEEXT) \
	libnoopspank.la

if HAVE_SLURM_FULL
# A stand-in for slurmctld: Slurm's own library, one function of ours.
EXTRA_PROGRAMS += bench_jobcomp
bench_jobcomp_SOURCES = bench/bench_jobcomp.c bench/bench.h
bench_jobcomp_CPPFLAGS = $(AM_CPPFLAGS) -DUSE_ALIAS=1 -DBUILD_CALLER=slurmctld \
	-Ijobcomp/slurm-headers -isystem $(SLURM_SOURCE)
bench_jobcomp_LDFLAGS = $(AM_LDFLAGS) -export-dynamic
bench_jobcomp_LDADD = libotel.la $(SLURM_FULL_LIBS)
bench_programs += bench_jobcomp$(EXEEXT)
endif

.PHONY: bench
bench: $(bench_programs)
