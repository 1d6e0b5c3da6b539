# Everything a newcomer needs. `make` alone lists it.
GO ?= go
BIN := bin/safeconduct
SOURCES := $(shell find cmd connectors internal statemachine functions -name '*.go' -o -name '*.json' -o -name '*.tmpl' -o -name '*.txt' -o -name '*.css' -o -name '*.html')

.PHONY: help demo test check crash deltas kill bench fuzz build clean peers-up peers-down test-live bench-live bench-privacy bench-privacy-others bench-peers bench-peers-install cloud-up cloud-down test-cloud test-api test-browser e2e bench-coldstart build-functions deploy lint-infra

help:
	@echo 'make demo    migrates the sample account and shows what came of it'
	@echo 'make test    all tests that need nothing but Go'
	@echo 'make check   formatting and vet'
	@echo 'make crash   stops a migration before and after every side effect (minutes)'
	@echo 'make deltas  random interleavings of agents, faults and deltas, and crashes of these (minutes)'
	@echo 'make bench   tickets a second, CPU seconds and memory'
	@echo 'make bench-privacy   how well and how fast personal data is found; needs SAFECONDUCT_SHARED'
	@echo 'make profile   what the compiler lays the privacy engine out by; needs SAFECONDUCT_SHARED'
	@echo 'make train-tagger   the weights by which names are found in sentences; needs SAFECONDUCT_SHARED'
	@echo 'make bench-privacy-others   installs Presidio, datafog and scrubadub, which it then measures too (Python 3)'
	@echo 'make bench-peers     ours beside airbyte-cdk: what is lost, limits, CPU; after make bench-peers-install (Python 3)'
	@echo 'make fuzz    ten minutes for each parser'
	@echo 'make readings  random readings of simulated help desks whose agents work meanwhile (minutes)'
	@echo 'make peers-up     sets up and starts Request Tracker 5 and Redmine 5 (Debian 12); peers-down stops them'
	@echo 'make test-live    tests against them (minutes)'
	@echo 'make bench-live   the load state against a plain loop of the same requests'
	@echo 'make cloud-up     installs and starts emulators of AWS on loopback; cloud-down stops them'
	@echo 'make test-cloud   the contract suites of S3, DynamoDB and KMS against them, and our state machines'
	@echo 'make build-functions   the functions for AWS, in dist/ (ARCH=amd64 for Intel processors)'
	@echo 'make bench-coldstart   how long each of them takes to its first poll, against one that does nothing'
	@echo 'make deploy      builds them and deploys template.yaml with the SAM CLI; asks the first time'
	@echo 'make e2e     deploys template.yaml to an emulator and runs whole migrations through it (after peers-up and cloud-up)'
	@echo 'make invoke-load  calls a deployed function (load or another) with an event of events/'
	@echo 'make test-api     schemathesis against the HTTP API on loopback'
	@echo 'make test-browser the status page in chromium, with axe-core'
	@echo 'make lint-infra  cfn-lint, sam validate, checkov, parliament and asl-validator over the template'
	@echo 'make build   the program, in bin/'
	@echo 'make clean   removes what demo and build made'

build: $(BIN)

$(BIN): $(SOURCES) go.mod go.sum
	@CGO_ENABLED=0 $(GO) build -trimpath -o $@ ./cmd/safeconduct

# One command builds all ten, so that their packages are compiled once. lambda.norpc
# leaves out a protocol that nobody speaks any more, and with it the templates and
# reflection that keep the linker from dropping what is not called.
ARCH ?= arm64
PROFILE := $(CURDIR)/cmd/safeconduct/default.pgo
FUNCTIONS := $(notdir $(patsubst %/main.go,%,$(wildcard functions/*/main.go)))
build-functions:
	@rm -rf dist && mkdir -p dist/bin
	GOOS=linux GOARCH=$(ARCH) CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -pgo=$(PROFILE) -tags lambda.norpc -ldflags '-s -w -buildid=' -o dist/bin/ ./functions/...
	@for f in $(FUNCTIONS); do mkdir dist/$$f && mv dist/bin/$$f dist/$$f/bootstrap || exit 1; done; rmdir dist/bin

# From the start of each program to its first poll of a Runtime API on loopback.
bench-coldstart:
	$(GO) test ./functions -run '^$$' -bench ColdStart -benchtime 1x -timeout 10m

# The first time it asks for what samconfig.toml does not say, and writes it there.
SAM ?= sam
deploy: build-functions
	$(SAM) deploy $(if $(wildcard .deployed),,--guided) && touch .deployed

demo: $(BIN)
	@$(BIN) migrate --plan examples/acme/plan.yaml --home .demo/home --reports .demo/reports
	@echo 'Archive: .demo/archive   (plain text: remove it with make clean when you have looked)'

test:
	$(GO) test ./...

check:
	@test -z "$$(gofmt -l . | tee /dev/stderr)"
	$(GO) vet ./...

.PHONY: readings
readings:
	$(GO) test ./connectors/zendesk ./connectors/freshdesk -run TestNothingIsLost -interleavings 1000 -timeout 10m

# Thousands of short runs leave little to collect: the collector may wait.
crash:
	GOGC=400 $(GO) test ./internal/embedded -run 'TestACrashAnywhere|TestAStopAnywhere' -skip InADelta -crash-every 1 -stop-every 20 -timeout 30m -v
	$(GO) test ./cmd/safeconduct -run TestKilled -kills 20 -timeout 10m -v

# Exhaustive, unless CRASH_EVERY says that every nth crash is enough.
CRASH_EVERY ?= 1
deltas:
	GOGC=400 $(GO) test ./internal/embedded -run TestNoInterleaving -interleavings 1400 -simulated 100 -timeout 15m -v
	GOGC=400 $(GO) test ./internal/embedded -run 'TestACrashAnywhereInADelta|TestACrashWhileStaged' -crash-every $(CRASH_EVERY) -timeout 30m -v

bench: $(BIN)
	$(GO) test ./internal/embedded -run '^$$' -bench . -benchtime 1x -timeout 30m
	$(GO) test ./cmd/safeconduct -run '^$$' -bench . -benchtime 1x -timeout 60m

# The figures of docs/privacy-engine.md. Other engines are measured where they are
# installed: they get every tenth ticket, because one of them needs seconds for each.
OTHERS := .bench-privacy
bench-privacy:
	$(GO) run -pgo=$(PROFILE) ./internal/privacy/measure $(if $(wildcard $(OTHERS)/bin/python),-python $(OTHERS)/bin/python)

# Where the engine's time goes, by which the compiler decides what to inline and how to lay
# it out: the program and the functions are built with it. Needs SAFECONDUCT_SHARED.
.PHONY: profile
profile:
	$(GO) run -trimpath -pgo=off ./internal/privacy/measure -profile $(PROFILE)

# The weights of the tagger, the same bytes each time; needs SAFECONDUCT_SHARED.
.PHONY: train-tagger
train-tagger:
	$(GO) run ./internal/privacy/tagger/train

bench-privacy-others:
	python3 -m venv $(OTHERS) && $(OTHERS)/bin/pip install -q -r internal/privacy/measure/requirements.txt

# airbyte-cdk beside ours: what is lost when agents edit while both read, what an API's
# limit is used for, what reading costs. MINUTES are for each account of the second.
RIVALS := .bench-peers
MINUTES ?= 5
bench-peers-install:
	python3 -m venv $(RIVALS) && $(RIVALS)/bin/pip install -q -r internal/rivals/requirements.txt

bench-peers:
	$(GO) test ./internal/rivals -run '^$$' -bench . -benchtime 1x -timeout 30m -minutes $(MINUTES)

peers-up:
	$(GO) run ./internal/peers/cmd up

peers-down:
	$(GO) run ./internal/peers/cmd down

# One package after the other: each peer is one test's at a time.
test-live:
	$(GO) test -tags live -p 1 -count=1 -timeout 30m ./internal/live ./connectors/rt ./connectors/redmine

bench-live:
	$(GO) test -tags live -p 1 -run '^$$' -bench . -benchtime 1x -timeout 20m ./internal/live

cloud-up:
	$(GO) run ./internal/peers/cmd cloud up

cloud-down:
	$(GO) run ./internal/peers/cmd cloud down

test-cloud:
	$(GO) test -tags cloud -count=1 -timeout 10m ./internal/audit/dynamodb ./internal/keyring/dynamodb ./internal/keyring/kms ./internal/ledger/dynamodb ./internal/staging/s3 ./internal/deployed/... ./internal/agreement
	$(GO) test -tags cloud -count=1 -timeout 10m -run 'TestEveryFunctionIsSmall|TestWhatIsCompiledAtTheStart' ./functions

# It needs peers-up and what cloud-up installs.
e2e:
	$(GO) test -tags e2e -count=1 -timeout 20m -v ./internal/e2e

# make invoke-load EVENT=Rollback STACK=safeconduct: calls a deployed function with
# an event of events/load/, by default the first.
STACK ?= safeconduct
invoke-%:
	@name='$*'; first=$$(printf '%s' "$$name" | cut -c1 | tr a-z A-Z); rest=$$(printf '%s' "$$name" | cut -c2-); \
	  $(SAM) remote invoke "Functions/$$first$${rest}Function" --stack-name $(STACK) \
	    --event-file $(or $(EVENT:%=events/$*/%.json),$(firstword $(sort $(wildcard events/$*/*.json))))

# schemathesis against the API, on loopback.
test-api:
	$(GO) test -tags openapi -count=1 -timeout 5m -v -run TestNoRequestBreaksTheAPI ./cmd/safeconduct

# The status page in Debian's chromium; PICTURES=FOLDER writes what it looks like.
test-browser:
	$(GO) test -tags browser -count=1 -timeout 5m ./internal/web $(if $(PICTURES),-args -pictures $(abspath $(PICTURES)))

lint-infra:
	$(GO) run ./internal/infra/lint

# FUZZTIME is for each target. Inputs that reach something new are made smaller for two
# seconds at most: Go's sixty would leave little of it.
FUZZTIME ?= 10m
fuzz:
	@for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    $(GO) test $$package -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 2s || exit 1; \
	  done; done

clean:
	rm -rf bin dist .demo .bench-privacy .bench-peers
