# Training on many machines (man/vqtools.7).  A plain build has nothing of it.

.PHONY: check-mpi mpi-deps
check-mpi: | $(AFTER_DEPS)
	@echo 'Training by several ranks of MPI on this machine'
	$(BUILD) all $(ANYWAY)
	$(BUILD) O=$(O)-mpi MPI=1 all $(ANYWAY)
	@VQ_BIN=$(abspath $(O)/bin) VQ_MPI_BIN=$(abspath $(O)-mpi/bin) \
		tests/run -j 1 tests/cmd/mpi.bats

mpi-deps: | $(filter deps,$(MAKECMDGOALS))
	@tests/deps mpi-deps
