/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An HTTP proxy for one test: a process that takes one connection after the
 * other, keeps the CONNECT it was sent as DIR/tunnel, and carries bytes to and
 * from the place that it asked for.
 */
#ifndef OTEL_TESTS_TUNNEL_H
#define OTEL_TESTS_TUNNEL_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

static inline int tunnel_socket(struct sockaddr_in *address, uint16_t port)
{
	address->sin_family = AF_INET;
	address->sin_port = htons(port);
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

/* Until one of the two ends it. */
static inline void tunnel_carry(int a, int b)
{
	struct pollfd fds[] = { { .fd = a, .events = POLLIN },
				{ .fd = b, .events = POLLIN } };
	char data[65536];

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			return;
		for (int i = 0; i < 2; i++) {
			ssize_t n = 0;

			if (fds[i].revents)
				n = read(fds[i].fd, data, sizeof(data));
			if (fds[i].revents && n <= 0)
				return;
			if (n > 0 && send(fds[!i].fd, data, (size_t)n,
					  MSG_NOSIGNAL) != n)
				return;
		}
	}
}

static inline void tunnel_serve(int client, const char *dir)
{
	static const char ok[] = "HTTP/1.1 200 OK\r\nServer: tunnel\r\n\r\n";
	struct sockaddr_in address = { 0 };
	char head[8192] = "", path[160];
	unsigned short port = 0;
	size_t len = 0;
	int fd, receiver;

	/* byte by byte: what follows is not ours */
	while (!strstr(head, "\r\n\r\n") && len < sizeof(head) - 1 &&
	       read(client, head + len, 1) == 1)
		len++;
	snprintf(path, sizeof(path), "%s/tunnel", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (write(fd, head, len) != (ssize_t)len || close(fd) < 0 ||
	    sscanf(head, "CONNECT %*[^:]:%hu HTTP/1.1", &port) != 1)
		_exit(1);
	receiver = tunnel_socket(&address, port);
	if (connect(receiver, (struct sockaddr *)&address, sizeof(address)) ||
	    send(client, ok, strlen(ok), MSG_NOSIGNAL) < 0)
		_exit(1);
	tunnel_carry(client, receiver);
	close(receiver);
}

/* Returns the process; *ret_port is where it listens. */
static inline pid_t tunnel_start(const char *dir, unsigned *ret_port)
{
	struct sockaddr_in address = { 0 };
	socklen_t len = sizeof(address);
	int listener = tunnel_socket(&address, 0), client;
	pid_t pid;

	if (bind(listener, (struct sockaddr *)&address, len) ||
	    listen(listener, 8) ||
	    getsockname(listener, (struct sockaddr *)&address, &len))
		abort();
	*ret_port = ntohs(address.sin_port);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while ((client = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >=
		       0) {
			tunnel_serve(client, dir);
			close(client);
		}
		_exit(1);
	}
	close(listener);
	return pid;
}

#endif
