// SQLite writes a frame's head (24 bytes) and its page by themselves, so a group of a few hundred frames costs twice as many
// system calls, and the file system touches most of its pages twice. Here they are collected, and written when the log is
// synced or when anything else is done with the file.
//
// The methods of the one file that is the connection's log are replaced (SQLITE_FCNTL_JOURNAL_POINTER finds it); the rest of
// the program, readers of the same database included, goes on with SQLite's own.
#include "CSQLite.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// SQLite's own write takes less than 128 KB at a time.
enum { room = 1 << 20, piece = 1 << 16 };

typedef struct {
    // First: the file leads to it, and it leads to the rest.
    sqlite3_io_methods methods;
    const sqlite3_io_methods *real;
    sqlite3_int64 start;
    int count;
    unsigned char bytes[];
} collector;

static collector *of(sqlite3_file *file) { return (collector *)file->pMethods; }

// What cannot be written is given up, as SQLite's own write would have been: the transaction fails, and the next begins
// where this one did.
static int flush(sqlite3_file *file) {
    collector *log = of(file);
    if (log->count == 0) return SQLITE_OK;
    int count = log->count;
    log->count = 0;
    for (int done = 0; done < count; done += piece) {
        int part = count - done < piece ? count - done : piece;
        int code = log->real->xWrite(file, log->bytes + done, part, log->start + done);
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

static int collecting_write(sqlite3_file *file, const void *data, int count, sqlite3_int64 offset) {
    collector *log = of(file);
    if (log->count > 0 && (offset != log->start + log->count || count > room - log->count)) {
        int code = flush(file);
        if (code != SQLITE_OK) return code;
    }
    if (count > room) return log->real->xWrite(file, data, count, offset);
    if (log->count == 0) log->start = offset;
    memcpy(log->bytes + log->count, data, (size_t)count);
    log->count += count;
    return SQLITE_OK;
}

static int flushing_read(sqlite3_file *file, void *data, int count, sqlite3_int64 offset) {
    collector *log = of(file);
    if (offset < log->start + log->count && log->start < offset + count) {
        int code = flush(file);
        if (code != SQLITE_OK) return code;
    }
    return log->real->xRead(file, data, count, offset);
}

static int flushing_truncate(sqlite3_file *file, sqlite3_int64 size) {
    int code = flush(file);
    return code == SQLITE_OK ? of(file)->real->xTruncate(file, size) : code;
}

static int flushing_sync(sqlite3_file *file, int flags) {
    int code = flush(file);
    return code == SQLITE_OK ? of(file)->real->xSync(file, flags) : code;
}

static int flushing_size(sqlite3_file *file, sqlite3_int64 *size) {
    int code = flush(file);
    return code == SQLITE_OK ? of(file)->real->xFileSize(file, size) : code;
}

static int flushing_close(sqlite3_file *file) {
    int code = flush(file);
    collector *log = of(file);
    file->pMethods = log->real;
    free(log);
    int closed = file->pMethods->xClose(file);
    return code == SQLITE_OK ? closed : code;
}

int up_collect_log(sqlite3 *database) {
    sqlite3_file *file = NULL;
    int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
    if (code != SQLITE_OK || !file || !file->pMethods) return SQLITE_MISUSE;
    // Else SQLite fills the sector after the sync with frames that it shows before the next one.
    // Asks, as a negative number sets nothing.
    int isSafe = -1;
    code = sqlite3_file_control(database, "main", SQLITE_FCNTL_POWERSAFE_OVERWRITE, &isSafe);
    if (code != SQLITE_OK) return code;
    if (!isSafe) return SQLITE_OK;
    collector *log = malloc(sizeof(collector) + room);
    if (!log) return SQLITE_NOMEM;
    log->real = file->pMethods;
    log->start = 0;
    log->count = 0;
    log->methods = *log->real;
    log->methods.xClose = flushing_close;
    log->methods.xRead = flushing_read;
    log->methods.xWrite = collecting_write;
    log->methods.xTruncate = flushing_truncate;
    log->methods.xSync = flushing_sync;
    log->methods.xFileSize = flushing_size;
    file->pMethods = &log->methods;
    return SQLITE_OK;
}

int up_forgo_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
