# Experiments on quantizers, on expert routing and on tokenizers beside other
# coders (tests/experiments): hours of two cores, no part of any check.  What is
# there is not done again; EXPERIMENTS_FAMILY=quantizers, routing or tokenizers
# is a part of it: tests/experiments/run.

.PHONY: experiments experiments-full experiments-deps
experiments: STEPS = 1
experiments-full: STEPS = 10
experiments experiments-full: | $(AFTER_DEPS)
	@$(MAKE) --no-print-directory $(JOBS) all
	@VQ_BIN=$(abspath $(O))/bin EXPERIMENTS_SCALE=$${EXPERIMENTS_SCALE:-$(STEPS)} \
		tests/experiments/run

# The models of data/models, on the data of the experiments on tokenizers.
.PHONY: models
models: | $(AFTER_DEPS)
	@$(MAKE) --no-print-directory $(JOBS) all
	@VQ_BIN=$(abspath $(O))/bin tests/models/run

experiments-deps: | $(filter deps,$(MAKECMDGOALS))
	@tests/experiments/deps
