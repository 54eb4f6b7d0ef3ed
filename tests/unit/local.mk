if HAVE_CRITERION
unit_tests =
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif
