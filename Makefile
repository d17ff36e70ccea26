# Two commands do everything: `make run` and `make test`. See README.md.
PREFIX ?= /usr/local
SWIFT ?= swift

.PHONY: setup build run test install

setup:
	@scripts/setup

build: setup
	@$(SWIFT) build -c release --static-swift-stdlib --product dlrepl

run: build
	@.build/release/dlrepl run notebooks/01-neural-network.dln --out figures/01-neural-network.html

test: setup
	@scripts/test

install: build
	@scripts/install "$(PREFIX)"
