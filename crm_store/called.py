"""What a person is called in a row of work, of the log, of tasks, and of what is said among ourselves."""

CALLED = (
    "CASE WHEN p.name <> '' THEN p.name ELSE COALESCE((SELECT CASE WHEN d.display <> '' THEN d.display ELSE d.value END"
    " FROM identities d WHERE d.tenant_id = p.tenant_id AND d.person_id = p.id AND d.confidence = 'known'"
    " AND (d.kind IN ('email', 'phone')"
    " OR (d.kind = 'telegram' AND d.display <> '')) ORDER BY d.created_at, d.id LIMIT 1), '') END"
)
"""Of person `p`: their name, else the first address known as theirs that tells people anything (the id of a browser or
of an account tells nobody), else nothing. For those who may read the person: an address is more than a name. The
console finds the same on a card (`live/called.ts`)."""
