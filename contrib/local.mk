EXTRA_DIST += \
	contrib/demo.sh \
	contrib/lib/chroot.sh \
	contrib/lib/setup.sh
