# libotlp.la: the shared OTLP client, linked into the agent and the cli.  The
# only code that links libcurl.
noinst_LTLIBRARIES += libotlp.la

libotlp_la_SOURCES = \
	common/otlp/aws_credentials.c common/otlp/aws_credentials.h \
	common/otlp/aws_metadata.c common/otlp/aws_metadata.h \
	common/otlp/curl_compat.h \
	common/otlp/envelope.c common/otlp/envelope.h \
	common/otlp/exporter.c common/otlp/exporter.h \
	common/otlp/exporter_ops.h \
	common/otlp/file.c \
	common/otlp/file_rotate.c common/otlp/file_rotate.h \
	common/otlp/file_tail.c common/otlp/file_tail.h \
	common/otlp/grpc.c \
	common/otlp/grpc_frame.c common/otlp/grpc_frame.h \
	common/otlp/grpc_status.c common/otlp/grpc_status.h \
	common/otlp/grpc_text.c common/otlp/grpc_text.h \
	common/otlp/gzip.c common/otlp/gzip.h \
	common/otlp/http.c \
	common/otlp/http_auth.c common/otlp/http_auth.h \
	common/otlp/http_body.c common/otlp/http_body.h \
	common/otlp/http_body_json.c \
	common/otlp/http_curl.c common/otlp/http_curl.h \
	common/otlp/http_exporter.c common/otlp/http_exporter.h \
	common/otlp/http_headers.c common/otlp/http_headers.h \
	common/otlp/http_json.c \
	common/otlp/http_reply.c common/otlp/http_reply.h \
	common/otlp/http_url.c common/otlp/http_url.h \
	common/otlp/http_verdict.c common/otlp/http_verdict.h \
	common/otlp/json.c common/otlp/json.h \
	common/otlp/json_line.c common/otlp/json_line.h \
	common/otlp/json_value.c common/otlp/json_value.h \
	common/otlp/nesting.c common/otlp/nesting.h \
	common/otlp/plain_value.c common/otlp/plain_value.h \
	common/otlp/private_file.c common/otlp/private_file.h \
	common/otlp/resource.c common/otlp/resource.h \
	common/otlp/secret_file.c common/otlp/secret_file.h \
	common/otlp/stdout.c \
	common/otlp/stored_span.c common/otlp/stored_span.h \
	common/otlp/text_clean.c common/otlp/text_clean.h \
	common/otlp/zipkin.c \
	common/otlp/zipkin_json.c common/otlp/zipkin_json.h \
	common/otlp/zipkin_span.c common/otlp/zipkin_span.h
libotlp_la_CPPFLAGS = $(AM_CPPFLAGS) $(PROTOBUF_C_CFLAGS) $(CURL_CFLAGS) \
	$(JSON_C_CFLAGS) $(ZLIB_CFLAGS)
libotlp_la_LIBADD = libotel.la $(CURL_LIBS) $(JSON_C_LIBS) $(ZLIB_LIBS) -lm
