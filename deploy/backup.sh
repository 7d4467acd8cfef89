#!/bin/sh
# Backs up what the review room holds, encrypted, and restores it. From deploy/, with the services running:
#
#     ./backup.sh make          # once a day, from cron
#     ./backup.sh deletions     # every hour, from cron
#     ./backup.sh restore FILE  # into an EMPTY database, with the bots and the review room stopped
#
# The first run must be before the first young person: deletions are noted from then on.
# BACKUPS: the folder (./backups). KEEP_DAYS: how long a backup is kept (7; at most 30).
# AGE_RECIPIENT: the public key it is encrypted for; AGE_IDENTITY: the file of the private one, for restore.
# IN_POSTGRES: how a command is run where PostgreSQL is, if not in its container here. DATABASE, DATABASE_USER: yoursay.
#
# Backups and deletion on request. A young person who asks is deleted from the database at once, but a backup made
# before still holds them, until that backup is deleted: KEEP_DAYS later, at most 30 days. So
#   - what is said to young people must say so ("and from our backups within 7 days"), or make no backups;
#   - what is 30 days old in the database can be up to 30 + KEEP_DAYS old in the oldest backup;
#   - who was deleted is noted in the database (a trigger, which this script makes) and each hour beside the
#     backups: pseudonyms, no words. restore deletes them again. Copy deletions.txt to where the backups go.
#     Deletions in the last hour before a database is lost are not in it; run `deletions` more often to lose less.
# Not in a backup: conversations that are going on (forgotten after an hour in any case), log-ins and the count of
# failed ones (they hold addresses). Pseudonym and other keys are not in it either: keep them apart from it.
set -eu
umask 077
cd "$(dirname "$0")"

BACKUPS=${BACKUPS:-backups}
KEEP_DAYS=${KEEP_DAYS:-7}
DELETIONS="$BACKUPS/deletions.txt"
DATABASE=${DATABASE:-yoursay}
DATABASE_USER=${DATABASE_USER:-yoursay}
WITHOUT="turns django_session review_cache"

stop() {
    echo "backup.sh: $*" >&2
    exit 1
}

in_postgres() {
    ${IN_POSTGRES:-docker compose exec -T postgres} "$@"
}

# Ask the database; the answer has a line for each row.
ask() {
    in_postgres psql -X -q -A -t -v ON_ERROR_STOP=1 -U "$DATABASE_USER" "$DATABASE" "$@"
}

make() {
    [ -n "${AGE_RECIPIENT:-}" ] || stop "AGE_RECIPIENT: give the public key that backups are encrypted for"
    command -v age >/dev/null || stop "age is needed (Debian: apt install age)"
    note_deletions
    file="$BACKUPS/your-say-$(date -u +%Y%m%dT%H%M%SZ).dump.age"
    # Without pipefail: pg_dump's own end is noted in a file, or half a dump would count as a backup
    rm -f "$file.done"
    # shellcheck disable=SC2086
    { in_postgres pg_dump -U "$DATABASE_USER" -Fc $(printf ' --exclude-table-data=%s' $WITHOUT) "$DATABASE" && touch "$file.done"; } |
        age -r "$AGE_RECIPIENT" >"$file.unfinished"
    [ -e "$file.done" ] || stop "pg_dump failed; there is no new backup"
    rm "$file.done"
    mv "$file.unfinished" "$file"
    find "$BACKUPS" -name 'your-say-*' -mtime "+$((KEEP_DAYS - 1))" -delete
    echo "$file"
}

# From now on the database notes who is deleted: the journal itself forgets it within the hour.
watch_deletions() {
    ask -1 <<'SQL'
SET client_min_messages = warning;
CREATE TABLE IF NOT EXISTS deletions_noted (conversation text NOT NULL, at double precision NOT NULL);
CREATE OR REPLACE FUNCTION note_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.deletions_noted VALUES (NEW.conversation, NEW.at);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER note_deletion AFTER INSERT ON journal
    FOR EACH ROW WHEN (NEW.kind = 'forgotten') EXECUTE FUNCTION note_deletion();
SQL
}

# Write down beside the backups who was deleted since the oldest of them; earlier ones are in none.
note_deletions() {
    watch_deletions
    oldest=$(($(date +%s) - (KEEP_DAYS + 1) * 86400))
    ask -c "DELETE FROM deletions_noted WHERE at < $oldest"
    touch "$DELETIONS"
    ask -c "SELECT conversation || ' ' || floor(at)::bigint FROM deletions_noted" >"$DELETIONS.new"
    sort -u "$DELETIONS" "$DELETIONS.new" | awk -v oldest="$oldest" '$2 >= oldest' >"$DELETIONS.all"
    mv "$DELETIONS.all" "$DELETIONS"
    rm "$DELETIONS.new"
}

restore() {
    [ -r "$1" ] || stop "$1 cannot be read"
    [ -n "${AGE_IDENTITY:-}" ] || stop "AGE_IDENTITY: give the file of the private key"
    [ "$(ask -c "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")" = 0 ] ||
        stop "the database is not empty; restore into a new one, or what is there would be mixed with what was"
    age -d -i "$AGE_IDENTITY" "$1" |
        in_postgres pg_restore -U "$DATABASE_USER" -d "$DATABASE" --exit-on-error --single-transaction --no-owner
    touch "$DELETIONS"
    # Word of each deletion goes into the journal again, where the review room acts on it at its next start
    awk '$1 ~ /^[0-9a-f]+$/ && $2 ~ /^[0-9]+$/ {
        printf "DELETE FROM journal WHERE conversation = %c%s%c;\n", 39, $1, 39
        printf "INSERT INTO journal (conversation, at, kind, entry) VALUES (%c%s%c, %s, %cforgotten%c, %c{}%c);\n", \
            39, $1, 39, $2, 39, 39, 39, 39
    }' "$DELETIONS" | ask -1
    echo "Restored. $(wc -l <"$DELETIONS") deletions are done again when the review room starts. What is too old goes" \
        "within an hour; at once with: docker compose run --rm review bot purge"
}

case $KEEP_DAYS in
'' | *[!0-9]*) stop "KEEP_DAYS must be a number of days" ;;
esac
[ "$KEEP_DAYS" -ge 1 ] && [ "$KEEP_DAYS" -le 30 ] ||
    stop "KEEP_DAYS must be 1 to 30: longer than that nobody may be kept after asking to be deleted"
mkdir -p "$BACKUPS"
case ${1:-} in
make) make ;;
deletions) note_deletions ;;
restore) restore "${2:-}" ;;
*) stop "make, deletions or restore FILE?" ;;
esac
