-- What instances share while they run. Unlogged: a crash of the server may empty these tables and nothing is lost by it.
CREATE UNLOGGED TABLE fleet_instance (instance TEXT PRIMARY KEY, note TEXT NOT NULL, seen_at_ms BIGINT NOT NULL);
CREATE UNLOGGED TABLE fleet_room (
  room TEXT NOT NULL, instance TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (room, instance)
);
CREATE INDEX fleet_room_instance ON fleet_room (instance);
-- The log of a turn in numbered parts of one or more lines; a number is taken once.
CREATE UNLOGGED TABLE fleet_log (turn TEXT NOT NULL, part BIGINT NOT NULL, lines TEXT NOT NULL, PRIMARY KEY (turn, part));
-- Letters that are too long for a notification, or whose reader cannot be notified.
CREATE UNLOGGED TABLE fleet_parcel (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, instance TEXT NOT NULL, body TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL
);
CREATE INDEX fleet_parcel_instance ON fleet_parcel (instance, id);
-- Attempts to sign in, by minute: however many instances are asked, they are counted together.
CREATE UNLOGGED TABLE fleet_attempt (
  key TEXT NOT NULL, bucket BIGINT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY (key, bucket)
);
