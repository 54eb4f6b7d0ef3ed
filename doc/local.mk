dist_man_MANS += \
	doc/job_submit_otel.8 \
	doc/jobcomp_otel.8 \
	doc/otel.conf.5 \
	doc/slurm-otel-agent.8 \
	doc/slurm-otel.1 \
	doc/spank_otel.8
