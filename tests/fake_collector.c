/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A receiver that does as it is told: an HTTP/1.1 server on 127.0.0.1 that
 * answers each request by the next line of a script and keeps what it was
 * sent, for the faults that no real receiver shows on demand.
 *
 *   fake_collector --dir DIR [--port N] [--poison TEXT] ANSWER...
 *
 * It prints its port and serves until it is killed or its parent ends.  The
 * last answer is repeated for ever.  An answer is words divided by blanks:
 *
 *   STATUS            200, 503, ...
 *   drop              read the request, close without an answer
 *   reset             close the connection as soon as it is made
 *   hang              read the request, never answer
 *   slow=MS           wait before the answer
 *   retry-after=TEXT  header (use _ for blanks)
 *   redirect=URL      header Location
 *   partial=N         partial_success with N rejected spans
 *   body=N            a body of N bytes
 *   cut               close in the middle of the body
 *   type=TEXT         header Content-Type
 *   encoding=TEXT     header Content-Encoding
 *   file=PATH         the body is this file
 *   flood=KIND        without end: interim (100), headers, drip-headers, data,
 *                     drip
 *   message=TEXT      of the status or the partial success; takes the rest
 *   text=TEXT         the whole body; takes the rest
 *
 * A request whose body holds TEXT of --poison is answered with 400 out of
 * turn.  Request N is kept as DIR/NNNNNN.STATUS.body and .head, where STATUS is
 * the answer's first word; both are complete when they appear.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fake_listen.h"

#define CLIENTS_MAX 32
#define REQUEST_MAX (80 * 1024 * 1024)
#define TEXT_MAX 2048

struct answer {
	char word[16];
	char retry_after[64], redirect[256], message[256];
	char type[64], text[TEXT_MAX];
	char encoding[64], file[256], flood[16];
	unsigned slow_ms, partial;
	size_t body;
	bool cut;
};

struct client {
	int fd;
	unsigned number; /* of the connection */
	char *data;
	size_t len, cap;
	uint64_t answer_at; /* 0: still reading */
	struct answer answer;
};

static struct collector {
	const char *dir, *poison;
	char *const *script;
	int script_len, script_at;
	unsigned connections, requests;
	struct client clients[CLIENTS_MAX];
} the_collector;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* ---- the script --------------------------------------------------------- */

static void copy(char *ret, size_t size, const char *text)
{
	snprintf(ret, size, "%s", text);
}

static void parse_word(struct answer *a, const char *word)
{
	if (!strncmp(word, "retry-after=", 12)) {
		copy(a->retry_after, sizeof(a->retry_after), word + 12);
		for (char *p = a->retry_after; *p; p++)
			*p = *p == '_' ? ' ' : *p;
	} else if (!strncmp(word, "redirect=", 9)) {
		copy(a->redirect, sizeof(a->redirect), word + 9);
	} else if (!strncmp(word, "type=", 5)) {
		copy(a->type, sizeof(a->type), word + 5);
	} else if (!strncmp(word, "encoding=", 9)) {
		copy(a->encoding, sizeof(a->encoding), word + 9);
	} else if (!strncmp(word, "file=", 5)) {
		copy(a->file, sizeof(a->file), word + 5);
	} else if (!strncmp(word, "flood=", 6)) {
		copy(a->flood, sizeof(a->flood), word + 6);
	} else if (!strncmp(word, "slow=", 5)) {
		a->slow_ms = (unsigned)atoi(word + 5);
	} else if (!strncmp(word, "partial=", 8)) {
		a->partial = (unsigned)atoi(word + 8);
	} else if (!strncmp(word, "body=", 5)) {
		a->body = (size_t)atol(word + 5);
	} else if (!strcmp(word, "cut")) {
		a->cut = true;
	} else {
		copy(a->word, sizeof(a->word), word);
	}
}

static struct answer parse_answer(const char *text)
{
	struct answer a = { .word = "200", .type = "application/x-protobuf" };
	char line[TEXT_MAX], *rest = line, *word, *message;

	copy(line, sizeof(line), text);
	message = strstr(line, "message=");
	if (message) {
		*message = '\0';
		copy(a.message, sizeof(a.message), message + 8);
	}
	message = strstr(line, "text=");
	if (message) {
		*message = '\0';
		copy(a.text, sizeof(a.text), message + 5);
	}
	while ((word = strsep(&rest, " ")))
		if (*word)
			parse_word(&a, word);
	return a;
}

static const char *next_line(void)
{
	struct collector *c = &the_collector;

	if (!c->script_len)
		return "200";
	if (c->script_at < c->script_len - 1)
		return c->script[c->script_at++];
	return c->script[c->script_len - 1];
}

static bool peek_is(const char *word)
{
	const struct collector *c = &the_collector;

	return c->script_len && !strcmp(c->script[c->script_at], word);
}

/* ---- the answer -----------------------------------------------------------
 */

static size_t put_varint(uint8_t *p, uint64_t v)
{
	size_t n = 0;

	for (; v > 0x7f; v >>= 7)
		p[n++] = (uint8_t)(0x80 | (v & 0x7f));
	p[n++] = (uint8_t)v;
	return n;
}

static size_t put_message(uint8_t *p, const char *message)
{
	size_t len = strlen(message), n = 0;

	if (!len)
		return 0;
	p[n++] = 2 << 3 | 2;
	n += put_varint(p + n, len);
	memcpy(p + n, message, len);
	return n + len;
}

/* google.rpc.Status, or ExportTraceServiceResponse with a 2xx. */
static size_t make_body(const struct answer *a, uint8_t *ret)
{
	uint8_t inner[TEXT_MAX];
	size_t len = 0, n = 0;

	if (*a->text) {
		memcpy(ret, a->text, strlen(a->text));
		return strlen(a->text);
	}
	if (a->word[0] != '2')
		return put_message(ret, a->message);
	if (a->partial) {
		inner[len++] = 1 << 3;
		len += put_varint(inner + len, a->partial);
	}
	len += put_message(inner + len, a->message);
	if (!len)
		return 0;
	ret[n++] = 1 << 3 | 2;
	n += put_varint(ret + n, len);
	memcpy(ret + n, inner, len);
	return n + len;
}

static void send_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

/* Its size. The caller frees *ret. */
static size_t read_file(const char *path, uint8_t **ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = lseek(fd, 0, SEEK_END);

	*ret = malloc((size_t)size + 1);
	if (fd < 0 || pread(fd, *ret, (size_t)size, 0) != size)
		die(path);
	close(fd);
	return (size_t)size;
}

static void send_answer(const struct client *client)
{
	const struct answer *a = &client->answer;
	uint8_t small[TEXT_MAX * 2], *body = small;
	size_t len = make_body(a, small);
	char head[1024];
	int n;

	if (a->body) {
		len = a->body;
		body = calloc(1, len);
	}
	if (*a->file)
		len = read_file(a->file, &body);
	n = snprintf(head, sizeof(head),
		     "HTTP/1.1 %s Scripted\r\n"
		     "Content-Type: %s\r\n"
		     "Content-Length: %zu\r\n%s%s%s%s%s%s%s%s%s\r\n",
		     a->word, a->type, a->cut ? len + 1000 : len,
		     *a->retry_after ? "Retry-After: " : "", a->retry_after,
		     *a->retry_after ? "\r\n" : "",
		     *a->redirect ? "Location: " : "", a->redirect,
		     *a->redirect ? "\r\n" : "",
		     *a->encoding ? "Content-Encoding: " : "", a->encoding,
		     *a->encoding ? "\r\n" : "");
	send_all(client->fd, head, (size_t)n);
	send_all(client->fd, body, len);
	if (body != small)
		free(body);
}

/* ---- floods -------------------------------------------------------------
 */

static const struct flood {
	const char *kind, *begin, *again;
	useconds_t pause;
} floods[] = {
	{ "interim", "", "HTTP/1.1 100 Continue\r\n\r\n", 0 },
	{ "headers", "HTTP/1.1 503 Scripted\r\n", "X-More: of the same\r\n",
	  0 },
	{ "drip-headers", "HTTP/1.1 503 Scripted\r\nX-Slow: ", "x", 20000 },
	{ "data", "HTTP/1.1 503 Scripted\r\nTransfer-Encoding: chunked\r\n\r\n",
	  "10\r\n0123456789abcdef\r\n", 0 },
	{ "drip", "HTTP/1.1 503 Scripted\r\n\r\n", "x", 20000 },
};

/* In a process of its own, which ends with the connection. */
static void flood(const struct client *client)
{
	const struct flood *f = floods;

	if (fork() != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (strcmp(f->kind, client->answer.flood))
		if (++f == floods + sizeof(floods) / sizeof(floods[0]))
			_exit(2);
	send_all(client->fd, f->begin, strlen(f->begin));
	while (send(client->fd, f->again, strlen(f->again), MSG_NOSIGNAL) > 0)
		usleep(f->pause);
	_exit(0);
}

/* ---- requests --------------------------------------------------------------
 */

static void keep(const char *name, const void *data, size_t len)
{
	char path[512], temporary[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", the_collector.dir, name);
	snprintf(temporary, sizeof(temporary), "%s/.%s", the_collector.dir,
		 name);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len || close(fd) < 0 ||
	    rename(temporary, path) < 0)
		die(path);
}

static void keep_request(const struct client *client, size_t head, size_t body)
{
	unsigned n = ++the_collector.requests;
	char name[64];

	snprintf(name, sizeof(name), "%06u.%s.head", n, client->answer.word);
	keep(name, client->data, head);
	snprintf(name, sizeof(name), "%06u.%s.body", n, client->answer.word);
	keep(name, client->data + head, body);
	snprintf(name, sizeof(name), "%06u.connection", n);
	keep(name, &client->number, sizeof(client->number));
}

static bool poisoned(const char *body, size_t len)
{
	const char *text = the_collector.poison;

	return text && memmem(body, len, text, strlen(text));
}

/* The whole request's length, 0 when it is not there yet. */
static size_t request_length(const struct client *client, size_t *ret_head)
{
	const char *end, *length;

	end = memmem(client->data, client->len, "\r\n\r\n", 4);
	if (!end)
		return 0;
	*ret_head = (size_t)(end - client->data) + 4;
	length = strcasestr(client->data, "\r\nContent-Length:");
	if (!length || length > end)
		return *ret_head;
	return *ret_head + (size_t)atol(length + 17);
}

static void close_client(struct client *client)
{
	close(client->fd);
	free(client->data);
	*client = (struct client){ .fd = -1 };
}

static void take_request(struct client *client, size_t head, size_t total)
{
	const char *body = client->data + head;
	size_t len = total - head;

	client->answer =
		parse_answer(poisoned(body, len) ? "400 message=poisoned span"
						 : next_line());
	keep_request(client, head, len);
	memmove(client->data, client->data + total, client->len - total);
	client->len -= total;
	if (!strcmp(client->answer.word, "drop"))
		close_client(client);
	else if (!strcmp(client->answer.word, "hang"))
		client->answer_at = UINT64_MAX;
	else
		client->answer_at = now_ms() + client->answer.slow_ms + 1;
}

static void read_client(struct client *client)
{
	size_t head = 0, total;
	ssize_t n;

	if (client->cap - client->len < 65536) {
		client->cap = client->cap * 2 + 131072;
		client->data = realloc(client->data, client->cap + 1);
		if (!client->data || client->cap > REQUEST_MAX)
			die("request");
	}
	n = recv(client->fd, client->data + client->len,
		 client->cap - client->len, 0);
	if (n <= 0) {
		close_client(client);
		return;
	}
	client->len += (size_t)n;
	client->data[client->len] = '\0';
	total = request_length(client, &head);
	if (total && client->len >= total && !client->answer_at)
		take_request(client, head, total);
}

static void answer_client(struct client *client)
{
	if (*client->answer.flood)
		flood(client);
	else
		send_answer(client);
	client->answer_at = 0;
	if (client->answer.cut || *client->answer.flood)
		close_client(client);
}

/* ---- the server
 * -------------------------------------------------------------- */

static void accept_client(int listener)
{
	const struct linger reset = { 1, 0 };
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (peek_is("reset")) {
		next_line();
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
		return;
	}
	for (int i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &the_collector.clients[i];

		if (client->fd >= 0)
			continue;
		client->fd = fd;
		client->number = ++the_collector.connections;
		return;
	}
	close(fd);
}

static int timeout_ms(void)
{
	uint64_t now = now_ms(), next = UINT64_MAX;

	for (int i = 0; i < CLIENTS_MAX; i++)
		if (the_collector.clients[i].fd >= 0 &&
		    the_collector.clients[i].answer_at &&
		    the_collector.clients[i].answer_at < next)
			next = the_collector.clients[i].answer_at;
	if (next == UINT64_MAX)
		return -1;
	return next <= now ? 0 : (int)(next - now);
}

static void serve(int listener)
{
	struct client *clients = the_collector.clients;
	struct pollfd fds[CLIENTS_MAX + 1];

	for (;;) {
		for (int i = 0; i < CLIENTS_MAX; i++)
			fds[i] = (struct pollfd){ clients[i].fd, POLLIN, 0 };
		fds[CLIENTS_MAX] = (struct pollfd){ listener, POLLIN, 0 };
		if (poll(fds, CLIENTS_MAX + 1, timeout_ms()) < 0 &&
		    errno != EINTR)
			die("poll");
		for (int i = 0; i < CLIENTS_MAX; i++) {
			if (fds[i].fd >= 0 && fds[i].revents)
				read_client(&clients[i]);
			if (clients[i].fd >= 0 && clients[i].answer_at &&
			    clients[i].answer_at <= now_ms())
				answer_client(&clients[i]);
		}
		if (fds[CLIENTS_MAX].revents)
			accept_client(listener);
	}
}

int main(int argc, char **argv)
{
	struct collector *c = &the_collector;
	uint16_t port = 0;
	int i;

	signal(SIGCHLD, SIG_IGN);
	/* no test leaves it behind */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 1; i + 1 < argc && !strncmp(argv[i], "--", 2); i += 2) {
		if (!strcmp(argv[i], "--dir"))
			c->dir = argv[i + 1];
		else if (!strcmp(argv[i], "--port"))
			port = (uint16_t)atoi(argv[i + 1]);
		else if (!strcmp(argv[i], "--poison"))
			c->poison = argv[i + 1];
	}
	if (!c->dir) {
		fputs("fake_collector: --dir DIR is needed\n", stderr);
		return 2;
	}
	c->script = argv + i;
	c->script_len = argc - i;
	for (i = 0; i < CLIENTS_MAX; i++)
		c->clients[i].fd = -1;
	serve(fake_listen(port));
}
