# The commented example; a site copies it beside its slurm.conf.
exampledir = $(docdir)/examples
dist_example_DATA = etc/otel.conf.example

# For sites that run the agent from systemd rather than from the plugins.
systemdunitdir = $(prefix)/lib/systemd/system
systemdunit_DATA = etc/slurm-otel-agent@.service
CLEANFILES += $(systemdunit_DATA)
EXTRA_DIST += etc/slurm-otel-agent@.service.in

etc/slurm-otel-agent@.service: etc/slurm-otel-agent@.service.in
	@$(MKDIR_P) etc
	$(AM_V_GEN)sed 's|@sbindir[@]|$(sbindir)|g' $(srcdir)/etc/slurm-otel-agent@.service.in > $@

tmpfilesdir = $(prefix)/lib/tmpfiles.d
dist_tmpfiles_DATA = etc/slurm-otel.conf

# Under a name of its own in the tree, where two files can not be slurm-otel.
EXTRA_DIST += etc/slurm-otel.logrotate
logrotatedir = $(sysconfdir)/logrotate.d
install-data-local:
	$(MKDIR_P) "$(DESTDIR)$(logrotatedir)"
	$(INSTALL_DATA) $(srcdir)/etc/slurm-otel.logrotate "$(DESTDIR)$(logrotatedir)/slurm-otel"
uninstall-local:
	rm -f "$(DESTDIR)$(logrotatedir)/slurm-otel"
