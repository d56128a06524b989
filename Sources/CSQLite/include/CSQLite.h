// What Swift can't ask of SQLite by itself: to write its log in one piece, and to keep no count of its memory.
#pragma once
#include <sqlite3.h>

#pragma clang assume_nonnull begin

/// From now on the frames of a transaction reach the log's file in one write instead of two for each page.
///
/// Only for a connection in WAL mode that syncs the log with every commit (`synchronous = FULL`): before the sync others do not
/// see what was written.
///
/// Does nothing where SQLite does not trust the disk to leave the bytes around a write alone (`psow=0`).
///
/// @return SQLITE_OK, SQLITE_NOMEM, or SQLITE_MISUSE if the connection has no log.
int up_collect_log(sqlite3 *database);

/// SQLite no longer counts its allocations: each would take a lock for it.
///
/// @return SQLITE_OK, or SQLITE_MISUSE once SQLite is in use.
int up_forgo_statistics(void);

#pragma clang assume_nonnull end
