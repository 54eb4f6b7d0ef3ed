/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only place that knows what other versions of libcurl lack or do wrongly;
 * RHEL 8 has 7.61.  Private to common/otlp.
 */
#ifndef OTEL_OTLP_CURL_COMPAT_H
#define OTEL_OTLP_CURL_COMPAT_H

#include <curl/curl.h>
#include <stdbool.h>

/* No ftp, no file, whatever a URL says. */
static inline void compat_curl_http_only(CURL *curl)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS,
			 (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

/* 7.75: has requests signed, for "aws:amz:REGION:SERVICE".  Returns other than
 * CURLE_OK when this libcurl can not. */
static inline CURLcode compat_curl_sigv4(CURL *curl, const char *scope)
{
#if LIBCURL_VERSION_NUM >= 0x074b00
	return curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, scope);
#else
	(void)curl;
	(void)scope;
	return CURLE_UNKNOWN_OPTION;
#endif
}

/*
 * libcurl 7.88.0 and 7.88.1 (Debian 12) fail on every second request over one
 * connection that they knew to be HTTP/2 beforehand (its pull request 10643),
 * so there each request has a connection of its own.  version is that of
 * CURLOPT_HTTP_VERSION; TLS is not concerned.
 */
static inline bool compat_curl_can_reuse(long version)
{
	unsigned int curl = curl_version_info(CURLVERSION_NOW)->version_num;

	return version != CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE ||
	       curl < 0x075800 || curl > 0x075801;
}

#endif
