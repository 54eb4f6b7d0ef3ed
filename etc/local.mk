# The commented example; a site copies it beside its slurm.conf.
exampledir = $(docdir)/examples
dist_example_DATA = etc/otel.conf.example
