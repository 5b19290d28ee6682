-- Limits, what models cost, and what was spent. Money is counted in billionths; what a request may cost is held until it
-- ends, and a hold that its process left behind lapses.
CREATE TABLE budget (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, subject TEXT NOT NULL, subject_id TEXT, model_id TEXT,
  shared BOOLEAN NOT NULL, measure TEXT NOT NULL, period TEXT NOT NULL, amount BIGINT NOT NULL,
  warn_percent BIGINT NOT NULL, is_active BOOLEAN NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);

CREATE TABLE price (
  model_id TEXT PRIMARY KEY, input BIGINT NOT NULL, output BIGINT NOT NULL, currency TEXT NOT NULL,
  shown BOOLEAN NOT NULL
);

-- The holder is nobody (an empty text) where all spend together.
CREATE TABLE spending (
  budget_id TEXT NOT NULL REFERENCES budget (id) ON DELETE CASCADE, holder TEXT NOT NULL,
  period_start BIGINT NOT NULL, spent BIGINT NOT NULL, held BIGINT NOT NULL,
  PRIMARY KEY (budget_id, holder, period_start)
);

CREATE TABLE spending_hold (
  id TEXT NOT NULL, budget_id TEXT NOT NULL, holder TEXT NOT NULL, period_start BIGINT NOT NULL,
  amount BIGINT NOT NULL, lapses_at BIGINT NOT NULL,
  PRIMARY KEY (budget_id, holder, period_start, id),
  FOREIGN KEY (budget_id, holder, period_start) REFERENCES spending (budget_id, holder, period_start) ON DELETE CASCADE
);
