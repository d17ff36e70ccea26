# Two commands do everything: `make run` and `make test`. See README.md.
PREFIX ?= /usr/local
SWIFT ?= swift
NOTEBOOK ?= notebooks/01-neural-network.dln

.PHONY: help setup build run test install
.DEFAULT_GOAL := help

help:
	@echo "make run      build, run $(NOTEBOOK) and write it as a page below figures/"
	@echo "make test     build and run all tests"
	@echo "make build    build .build/release/dlrepl"
	@echo "make install  copy dlrepl, its library, data and notebooks below PREFIX ($(PREFIX))"
	@echo "make setup    install missing system packages (the others do it first)"

setup:
	@scripts/setup

build: setup
	@$(SWIFT) build -c release --static-swift-stdlib --product dlrepl

run: build
	@.build/release/dlrepl run $(NOTEBOOK) --out figures/$(basename $(notdir $(NOTEBOOK))).html
	@echo "wrote figures/$(basename $(notdir $(NOTEBOOK))).html"

test: setup
	@scripts/test

install: build
	@scripts/install "$(PREFIX)"
