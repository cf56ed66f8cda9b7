# The kit's commands. `make help` lists them; whatever runs tests goes through the runner in lab/.

CARGO ?= cargo

# Until the runner is built for the first time cargo says what it is doing; then it is silent.
RUNNER = $(or $(CARGO_TARGET_DIR),target)/debug/lab
LAB = $(CARGO) run $(if $(wildcard $(RUNNER)),--quiet) --package lab --

# The first time the runner and the tests are compiled side by side, in one call of cargo. (Of Lab 2
# no more than Lab 2: a kvraft that does not compile stops nobody there.) What does not compile is
# the runner's to report.
TESTS_OF = $(if $(filter 2% beyond-2%,$1),raft-tests)$(if $(filter 3% beyond-3%,$1),kvraft-tests)
BINARIES_OF = $(if $(filter beyond-%,$1),,part_)$(shell echo '$1' | tr 'A-Z-' 'a-z_')*
BUILD_FIRST = $(if $(wildcard $(RUNNER)),true,$(if $(TESTS_OF),$(CARGO) build --keep-going \
	--package lab --bin lab --package $(TESTS_OF) --test '$(BINARIES_OF)' || test -x $(RUNNER),true))

# JOBS=0 and RUNS=0 are passed on: the runner says what is wrong with them. KEEP=0 means no.
OPTIONS = $(if $(JOBS),--jobs='$(JOBS)') $(if $(RUNS),--runs='$(RUNS)') \
	$(if $(SEED),--seed='$(SEED)') $(if $(SEEDS),--seeds='$(SEEDS)') \
	$(if $(CHECK),--check='$(CHECK)') $(if $(JSON),--json='$(JSON)') \
	$(if $(filter-out 0,$(KEEP)),--keep)
# `make sim-2A MODE=os` contradicts itself.
SIMULATED = $(if $(filter os,$(MODE)),$(error make sim and make replay always simulate: leave \
	MODE=os out, or use make test))

# MODE, PREEMPT, PCT, POS, SURW, LATE, REORDER, BACKEND and LOG are in the environment, whether make
# was told them there or on its command line.
SIM = $(SIMULATED) $(LAB) test --mode=sim $(if $(SEED)$(SEEDS),,--seeds=100) $(OPTIONS)

.PHONY: help list linear events test test- sim sim- beyond beyond- replay book clean force

help:
	@echo "make test-2A          build and run the graded tests of a part (2A to 2D, 3A, 3B)"
	@echo "make test-2           all parts of a lab (2 or 3)"
	@echo "make test TEST=name   one test, or several: TEST=\"rejoin_2b backup_2b\""
	@echo "make sim-2A           simulate a part (or a lab: sim-2) with 100 seeds, or SEEDS=1000, or SEED=417"
	@echo "make sim TEST=name    one test, or several"
	@echo "make beyond-2A        simulate what asks for more than a part of the course does (or than a lab: beyond-2)"
	@echo "make replay TEST=name SEED=417    simulate a seed again, with its whole log (SEEDS=0..418: after others)"
	@echo "make list             the course: parts, tests, points"
	@echo "make linear FILE=path  is a recorded history linearizable? (docs/linearizability.md)"
	@echo "make events FILE=path  what a file of events holds, judged by the paper's rules (docs/trace.md)"
	@echo "make book             the guide in docs/ as a book: target/book/index.html"
	@echo "make clean            remove everything built, and the kept logs"
	@echo
	@echo "With the tests:"
	@echo "  JOBS=n       run n tests at a time"
	@echo "  RUNS=n       run each test n times; it passes if all its runs do"
	@echo "  SEED=n       the seed of every run, as a failure names it"
	@echo "  MODE=sim     make test simulates each test once, on a fresh seed"
	@echo "  JSON=file    write the results as JSON"
	@echo "  RULES=required  fail a solution whose messages tell no facts (raft/src/message.rs)"
	@echo "  EVENTS=1     write all events of a test on real threads beside its log, too"
	@echo "  KEEP=1       keep the logs of tests that passed, too"
	@echo "  LOG=filter   what to log, such as LOG=raft=debug"
	@echo
	@echo "Simulated:"
	@echo "  SEEDS=1000   the first thousand seeds; SEEDS=500..1500 a range"
	@echo "  CHECK=determinism    run each seed twice, in two processes: both must do the same"
	@echo "  PREEMPT=0.3  the probability of a preemption, instead of the seed's choice"
	@echo "  PCT=3        the depth of probabilistic concurrency testing, instead of the same"
	@echo "  POS=1        partial order sampling, instead of the same"
	@echo "  SURW=1       a uniform walk, instead of the same; SURW=4: of interest is one object in 4"
	@echo "  LATE=relock  which threads are late: off, spawned, woken, relock, points, mixed; instead of the same"
	@echo "  REORDER=links        how messages overtake each other: messages, links; off unless set"
	@echo "  BACKEND=threads      carry simulated threads on real ones, for a debugger"

# The runner refuses a part that does not exist: it knows the course.
test-%: force
	@$(call BUILD_FIRST,$*)
	@$(LAB) test $(OPTIONS) '$*'

# `make test-` names no part: the runner says which there are.
test test-:
	@$(LAB) test $(OPTIONS) $(TEST)

sim-%: force
	@$(call BUILD_FIRST,$*)
	@$(SIM) '$*'

sim sim-:
	@$(SIM) $(TEST)

beyond-%: force
	@$(call BUILD_FIRST,$@)
	@$(SIM) '$@'

beyond beyond-:
	@$(SIM) '$@'

replay:
	@$(SIMULATED) $(LAB) replay $(OPTIONS) $(TEST)

list:
	@$(LAB) list

linear:
	@$(LAB) linear $(FILE)

events:
	@$(LAB) events $(FILE)

# mdbook is taken from the PATH, or else built once, into target/.
MDBOOK_VERSION = 0.5.4
MDBOOK_INSTALL = $(CARGO) install mdbook --version $(MDBOOK_VERSION) --locked \
	--no-default-features --root target/mdbook
FIND_MDBOOK = PATH="$$PATH:$(CURDIR)/target/mdbook/bin"

# A warning of mdbook's is a failure.
book:
	@mkdir -p target
	@$(FIND_MDBOOK); command -v mdbook >target/book.log || $(MDBOOK_INSTALL)
	@$(FIND_MDBOOK); mdbook build docs >target/book.log 2>&1; built=$$?; cat target/book.log; \
		! grep -qE 'WARN|ERROR' target/book.log && exit $$built
	@echo "The book: target/book/index.html"

clean:
	$(CARGO) clean

force:

-include staff/staff.mk
