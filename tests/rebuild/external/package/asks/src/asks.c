/* SPDX-License-Identifier: Apache-2.0 */
/* usage: asks [-v]: says how its command line was read, and whose value a header gives to an option. */
#include <argp.h>

static const struct argp_option options[] = {
	{ "verbose", 'v', 0, OPTION_HIDDEN, "say more", 0 },
	{ 0 },
};

static error_t hear(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	(void)state;
	if (key == 'v')
		printf("verbose, hidden is %d\n", OPTION_HIDDEN);
	return key == ARGP_KEY_ARG ? ARGP_ERR_UNKNOWN : 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = { options, hear, 0, "Asks argp about its command line.", 0, 0, 0 };

	return argp_parse(&argp, argc, argv, 0, 0, 0);
}
