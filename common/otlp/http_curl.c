/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets libcurl's handles up; see http_curl.h. */
#include "config.h"

#include "otlp/http_curl.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "otlp/curl_compat.h"
#include "otlp/private_file.h"
#include "util/cleanup.h"

#define USER_AGENT                                                             \
	"slurm-otel/" PACKAGE_VERSION " OTel-OTLP-Exporter-C/" PACKAGE_VERSION

/* ---- every request ----------------------------------------------------- */

/* A helper program that the agent starts must not inherit the connection. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose,
				 struct curl_sockaddr *address)
{
	(void)arg;
	(void)purpose;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
		      address->protocol);
}

static int on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow,
		       curl_off_t ultotal, curl_off_t ulnow)
{
	const struct exporter *exporter = arg;

	(void)dltotal;
	(void)dlnow;
	(void)ultotal;
	(void)ulnow;
	return exporter->give_up && exporter->give_up(exporter->give_up_arg);
}

void http_curl_guard(CURL *curl, const struct exporter *exporter)
{
	compat_curl_http_only(curl);
	/* one would carry the secret headers elsewhere */
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, exporter);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

/* ---- requests to a receiver -------------------------------------------- */

static int check_libcurl(bool http2, struct err *err)
{
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);

	if (!http2 || curl->features & CURL_VERSION_HTTP2)
		return 0;
	errno = EPROTONOSUPPORT;
	return err_set(
		err,
		"the libcurl of this host (%s) has no HTTP/2, which gRPC "
		"needs; use http:// or https:// (OTLP over HTTP)",
		curl->version);
}

/* CAFile stands instead of the system's authorities, and some systems have a
 * directory of them beside the file.  New libcurls (8.22) take NULL for their
 * default, so OpenSSL is shown a directory that can not have an entry; GnuTLS
 * would refuse that. */
static const char *no_directory(void)
{
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);

	return curl->ssl_version && strstr(curl->ssl_version, "GnuTLS")
		       ? NULL
		       : "/dev/null";
}

static int set_tls(CURL *curl, const struct config *config, struct err *err)
{
	const struct {
		CURLoption option;
		const char *path, *key;
		mode_t forbidden;
	} files[] = {
		{ CURLOPT_CAINFO, config->ca_file, "CAFile", 0 },
		{ CURLOPT_SSLCERT, config->cert_file, "CertFile", 0 },
		/* a group of those who may read keys is common */
		{ CURLOPT_SSLKEY, config->key_file, "KeyFile", 037 },
	};

	curl_easy_setopt(curl, CURLOPT_SSLVERSION,
			 (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_PROXY_SSLVERSION,
			 (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER,
			 config->tls_verify ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST,
			 config->tls_verify ? 2L : 0L);
	if (config->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAPATH, no_directory());
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		_cleanup_close_ int fd = -1;

		if (!files[i].path)
			continue;
		fd = private_file_open(files[i].path, files[i].forbidden,
				       files[i].key, err);
		if (fd < 0)
			return -1;
		curl_easy_setopt(curl, files[i].option, files[i].path);
	}
	return 0;
}

/* HTTP/2 only where the protocol needs it: over TLS libcurl asks for it by
 * ALPN, without TLS there is nobody to ask. */
static long http_version(bool http2, const char *url)
{
	if (!http2)
		return CURL_HTTP_VERSION_1_1;
	return strncasecmp(url, "https:", 6)
		       ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
		       : CURL_HTTP_VERSION_2TLS;
}

/* Not from the environment, which slurmd inherited from anywhere: "" is none.
 */
static void set_proxy(CURL *curl, bool http2, const struct config *config)
{
	curl_easy_setopt(curl, CURLOPT_PROXY,
			 config->proxy ? config->proxy : "");
	curl_easy_setopt(curl, CURLOPT_NOPROXY,
			 config->no_proxy ? config->no_proxy : "");
	/* HTTP/2 without TLS passes through a tunnel only */
	curl_easy_setopt(curl, CURLOPT_HTTPPROXYTUNNEL, http2 ? 1L : 0L);
	/* "200" of a proxy is not the receiver's */
	curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_transfer(CURL *curl, const char *url, bool http2,
			 uint64_t timeout_ms)
{
	long version = http_version(http2, url);

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, USER_AGENT);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, version);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE,
			 compat_curl_can_reuse(version) ? 0L : 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);
}

int http_curl_aim(CURL *curl, const char *url, bool http2,
		  const struct config *config, struct err *err)
{
	if (check_libcurl(http2, err) < 0 || set_tls(curl, config, err) < 0)
		return -1;
	set_proxy(curl, http2, config);
	set_transfer(curl, url, http2, config->timeout);
	return 0;
}
