-- Whose lease is renewed is found by its owner.
CREATE INDEX turn_owner ON turn (owner, state);
