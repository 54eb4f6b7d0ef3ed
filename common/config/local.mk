config_sources = \
	common/config/config.h
