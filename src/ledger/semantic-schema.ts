/**
 * The tables of semantic caches: vectors of texts, and which prompt a kept answer was given to.
 *
 * A text is known by its hash only. A prompt stands in its row of a batch; a kept answer that is
 * forgotten takes its prompt with it.
 */
export const SEMANTIC_TABLES = `
CREATE TABLE embedding (
  id INTEGER PRIMARY KEY,
  model TEXT NOT NULL,
  maker TEXT NOT NULL,
  text_hash BLOB NOT NULL,
  dims INTEGER NOT NULL,
  vector BLOB NOT NULL,
  UNIQUE (text_hash, model, maker)
) STRICT;

CREATE TABLE kept_prompt (
  answer_id INTEGER PRIMARY KEY,
  setting TEXT NOT NULL,
  row_id INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_prompt_setting ON kept_prompt (setting);
CREATE TRIGGER kept_answer_gone AFTER DELETE ON kept_answer
BEGIN DELETE FROM kept_prompt WHERE answer_id = old.id; END;
`;
