"""What a letter may cost: every bound of the mail reader, with its unit. docs/email.md says what happens past each."""

RAW_BYTES = 25 * 1024 * 1024
LINES = 1_000_000
HEADERS_BYTES = 256 * 1024
"""All headers of a letter and of all its parts together."""
HEADER_BYTES = 16 * 1024
HEADER_LINES = 500
ADDRESSES = 200
PARAMETERS = 100
COMMENTS = 100
ENCODED_WORDS = 200
ALL_ENCODED_WORDS = 2000
PARTS = 500
DEPTH = 30

HTML_CHARS = 2 * 1024 * 1024
HTML_LINKS = 5000
HTML_DEPTH = 256
DATA_IMAGE_CHARS = 256 * 1024

TEXT_CHARS = 1024 * 1024
EXCERPT_CHARS = 2000
SUBJECT_CHARS = 500
NAME_CHARS = 200
ID_CHARS = 500
REFERENCES = 200
FAILED_RECIPIENTS = 50

CPU_S = 5
MEMORY_BYTES = 512 * 1024 * 1024
DEADLINE_S = 30.0
"""From handing a letter to its reader to the answer. CPU_S of computing decides: this is for a reader that does not get
them, on a machine that does other things too."""
LARGE_BYTES = 256 * 1024
"""Letters from here on leave a reader to the others."""
SLOW_S = 1.0
"""From then on a letter counts as slow, and the next one is given to another reader."""
