# The one program that links libslurm.
pkglibexec_PROGRAMS += slurm-otel-comment
slurm_otel_comment_SOURCES = agent/comment/main.c agent/comment/compat.h
slurm_otel_comment_CPPFLAGS = $(AM_CPPFLAGS) $(SLURM_CPPFLAGS)
slurm_otel_comment_LDADD = libotel.la $(SLURM_LIBS)
