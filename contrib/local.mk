EXTRA_DIST += \
	contrib/demo.sh \
	contrib/lib/setup.sh
