##@ The repair shop

.PHONY: order
order: setup ## take one order through and tell its story, step by step
	$(BIN)/repairshop story

.PHONY: replay
replay: setup ## replay every recorded history with the code as it is now
	$(PY) worker/tests/helpers/replay_histories.py

.PHONY: histories
histories: $(BIN)/.installed-dev ## record the histories of the current flow anew
	$(PY) worker/tests/helpers/record_histories.py
