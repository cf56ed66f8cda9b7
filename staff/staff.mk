# The commands of the course's staff, which no handout has. The Makefile includes this, and says
# what CARGO, LAB and OPTIONS are.

STAFF = $(CARGO) run --quiet --package staff --

.PHONY: bench check check-course exercise handout quick reached selftest staff-help unit-tests
.PHONY: zoo zoo-correct zoo-schedules

help: staff-help

staff-help:
	@echo "For staff (docs/for-staff.md):"
	@echo "make check            formatting, clippy, docs, unit tests, then all labs, simulated and on real threads"
	@echo "make quick            most of that in two minutes: formatting, clippy, unit tests of the sources, tidy, some seeds"
	@echo "make unit-tests       all tests but the graded ones"
	@echo "make handout DIR=../my-raft   the tree that students receive; THROUGH=2B: filled in up to a part;"
	@echo "                      GIT=1: as a Git repository"
	@echo "make exercise BUG=17 DIR=../hunt   a tree with a bug of the zoo in it, for a student to find"
	@echo "make check-course     every tree that can be handed out is what it should be (FULL=1: real threads, too)"
	@echo "make selftest         the graded tests catch broken solutions, each by its right name"
	@echo "make reached          write down what the reference reaches (tests/reached.toml; SEEDS=200)"
	@echo "make zoo              how often each planted bug is caught, and by what: writes docs/zoo.md, in an hour"
	@echo "                      (NAMES=\"votes-twice\", SEEDS=200: prints only; KEPT=1: what was found earlier counts)"
	@echo "make zoo-correct      every correct variation passes every test (SEEDS=300, NAMES=\"naive actor\")"
	@echo "make zoo-schedules    which ways to order threads and messages find the planted bugs (SEEDS, NAMES)"
	@echo "make bench            the benchmarks, then what all of each lab takes, simulated and on real threads"
	@echo "                      (HISTORIES=folder: checks the histories in its verdicts.tsv as well)"
	@echo
	@echo "For students and staff:"

bench:
	$(if $(HISTORIES),HISTORIES='$(abspath $(HISTORIES))') $(CARGO) bench -p staff
	@$(LAB) test --seeds=50 --jobs=1 2
	@$(LAB) test --seeds=20 --jobs=1 3
	@$(LAB) test $(OPTIONS) 2
	@$(LAB) test $(OPTIONS) 3

handout:
	@$(STAFF) handout $(if $(THROUGH),--through='$(THROUGH)') $(if $(filter-out 0,$(GIT)),--git) \
		$(if $(DIR),'$(DIR)')

exercise:
	@$(STAFF) exercise $(if $(BUG),--bug='$(BUG)') $(if $(DIR),'$(DIR)')

FULL_CHECK = $(if $(filter-out 0,$(FULL)),--full)

check-course:
	@$(STAFF) check-course $(FULL_CHECK) $(if $(SEEDS),--seeds='$(SEEDS)')

selftest:
	@$(STAFF) selftest $(if $(SEEDS),--seeds='$(SEEDS)')

reached:
	@$(STAFF) reached $(if $(SEEDS),--seeds='$(SEEDS)')

ZOO = $(if $(SEEDS),--seeds='$(SEEDS)') $(NAMES)

zoo:
	@$(STAFF) zoo bugs $(if $(filter-out 0,$(KEPT)),--kept) $(ZOO)

zoo-correct:
	@$(STAFF) zoo correct $(ZOO)

zoo-schedules:
	@$(STAFF) zoo schedules $(ZOO)

# Where labrt is to compile as well.
OTHER_TARGETS = aarch64-apple-darwin x86_64-pc-windows-msvc

# What is worth a look before each commit. The tests in folders of their own take longer.
quick:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) test --workspace --lib --bins --test tidy
	@$(LAB) test --seeds=5 2 beyond-2
	@$(LAB) test --seeds=2 3

# The graded tests are not among them: the runner runs those.
unit-tests:
	$(CARGO) test --workspace --exclude raft-tests --exclude kvraft-tests
	$(CARGO) test -p raft-tests -p kvraft-tests --lib --test course_table --test failing

check:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --no-deps --workspace
	@for target in $(OTHER_TARGETS); do \
		if rustup target add $$target 2>/dev/null; then \
			$(CARGO) clippy -p labrt --target $$target -- -D warnings || exit 1; \
		else \
			echo "NOTICE: $$target cannot be added here, so labrt is not checked for it."; \
		fi; \
	done
	@$(MAKE) --no-print-directory book
	@$(MAKE) --no-print-directory unit-tests
	@$(STAFF) check-course $(FULL_CHECK)
	@$(STAFF) selftest
	@$(STAFF) zoo check
	@$(STAFF) zoo correct --today
	@$(STAFF) zoo bugs --today
	@$(LAB) test --seeds=50 2 beyond-2
	@$(LAB) test --seeds=25 3
	@$(LAB) test --seeds=5 --check=determinism 2
	@$(LAB) test --seeds=2 --check=determinism 3
	@$(LAB) test $(OPTIONS) 2
	@$(LAB) test $(OPTIONS) 3
