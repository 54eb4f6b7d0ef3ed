EXTRA_DIST += \
	contrib/debian \
	contrib/demo.sh \
	contrib/examples/README.md \
	contrib/examples/node/app.js \
	contrib/examples/node/job.sh \
	contrib/examples/node/package-lock.json \
	contrib/examples/node/package.json \
	contrib/examples/shell-curl/job.sh \
	contrib/lib/chroot.sh \
	contrib/lib/setup.sh \
	contrib/lib/slurm_build.sh \
	contrib/rpm/slurm-otel.rpmlintrc \
	contrib/rpm/slurm-otel.spec
