internal import Bytes

/// What an SQLSTATE means. Only the code is kept: messages may quote values.
struct PostgresFault {
    enum Course {
        /// The server undid the transaction because of others; running it again helps.
        case again
        /// The connection is of no use any more.
        case lost
        case stays
    }

    let error: StoreError
    let course: Course

    /// Without a code the connection broke.
    init(_ code: String?) {
        guard let code else {
            self.init(.unavailable("the connection to PostgreSQL broke"), .lost)
            return
        }
        switch code {
        case "40001", "40P01":
            self.init(.unavailable("PostgreSQL could not serialize a transaction with others"), .again)
        case "55P03":
            self.init(.unavailable("another transaction held a row for too long (SQLSTATE 55P03)"), .stays)
        case "53100":
            self.init(.full("PostgreSQL's disk is full (SQLSTATE 53100)"), .stays)
        case "25006":
            self.init(.unavailable("this PostgreSQL server is no primary any more (SQLSTATE 25006)"), .lost)
        case "42501":
            self.init(.misconfigured("the PostgreSQL role lacks a privilege (SQLSTATE 42501)"), .stays)
        case _ where code.hasPrefix("08") || code.hasPrefix("57P"):
            self.init(.unavailable("PostgreSQL ended the connection (SQLSTATE \(code))"), .lost)
        case _ where code.hasPrefix("XX") || code.hasPrefix("23"):
            self.init(.corrupt("PostgreSQL reports damaged or contradicting data (SQLSTATE \(code))"), .stays)
        case _ where code.hasPrefix("42") || code.hasPrefix("3D") || code.hasPrefix("3F"):
            self.init(.misconfigured("the PostgreSQL schema is not what it should be (SQLSTATE \(code))"), .stays)
        default:
            self.init(.unavailable("PostgreSQL refused a statement (SQLSTATE \(code))"), .stays)
        }
    }

    private init(_ error: StoreError, _ course: Course) {
        self.error = error
        self.course = course
    }

    /// True where a failed COMMIT certainly undid everything.
    static func isCertain(atCommit code: String?) -> Bool {
        guard let code else { return false }
        // 40003 is "statement completion unknown".
        return code.hasPrefix("23") || (code.hasPrefix("40") && code != "40003")
    }
}
