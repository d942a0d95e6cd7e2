/* SPDX-License-Identifier: Apache-2.0 */
/* answer: a server that says the same to everybody, for the tests of containers' networks. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int server = socket(AF_INET, SOCK_STREAM, 0), client, on = 1;
	char request[1024], response[256];

	if (argc != 3) {
		fputs("usage: answer PORT TEXT\n\nServes TEXT by HTTP, until it is killed.\n", stderr);
		return 2;
	}
	any.sin_port = htons((unsigned short)atoi(argv[1]));
	if (server < 0 || setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(server, (struct sockaddr *)&any, sizeof(any)) != 0 || listen(server, 8) != 0) {
		perror("answer");
		return 1;
	}
	snprintf(response, sizeof(response), "HTTP/1.0 200 OK\r\nContent-Length: %zu\r\n\r\n%s\n", strlen(argv[2]) + 1, argv[2]);
	while ((client = accept(server, NULL, NULL)) >= 0) {
		/* A request fits into one segment, and what it asks for makes no difference. */
		if (read(client, request, sizeof(request)) > 0 && write(client, response, strlen(response)) < 0)
			perror("answer");
		close(client);
	}
	perror("answer");
	return 1;
}
