/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the scripted receivers begin: on 127.0.0.1, their port on standard
 * output. */
#ifndef OTEL_TESTS_FAKE_LISTEN_H
#define OTEL_TESTS_FAKE_LISTEN_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define FAKE_BACKLOG 32
#define FAKE_BIND_TRIES 200
#define FAKE_BIND_PAUSE_US 50000

/* The port of a receiver that is started again may be, for a moment, the
 * other end of somebody's connection: the kernel chose it from the same range.
 */
static inline int fake_bind(int fd, const struct sockaddr_in *address)
{
	for (int i = 0; i < FAKE_BIND_TRIES; i++) {
		if (bind(fd, (const struct sockaddr *)address,
			 sizeof(*address)) == 0)
			return 0;
		if (errno != EADDRINUSE)
			return -1;
		usleep(FAKE_BIND_PAUSE_US);
	}
	return -1;
}

/* port 0: any.  Returns the listening socket; ends the program otherwise. */
static inline int fake_listen(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    fake_bind(fd, &address) < 0 || listen(fd, FAKE_BACKLOG) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0) {
		perror("listen");
		exit(1);
	}
	printf("%u\n", (unsigned)ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

#endif
