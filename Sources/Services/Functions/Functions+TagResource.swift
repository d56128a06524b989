internal import Bytes
internal import Policy
internal import Store
internal import Wire

enum FunctionTags {
    static func requested(_ input: Fields) -> [Tag] {
        (input.fields("Tags")?.members ?? []).map { member in
            if case .string(let value) = member.value { return Tag(key: member.name, value: value) }
            return Tag(key: member.name, value: "")
        }
    }

    static func checked(_ tags: [Tag]) throws(Fault) -> [Tag] {
        guard !tags.contains(where: { $0.key.asciiLowercased.hasPrefix("aws:") }) else {
            throw .invalidValue("The tag keys that begin with aws: are reserved.")
        }
        guard tags.count <= 50 else {
            throw .invalidValue("Number of tags exceeds resource tag limit.")
        }
        return tags
    }

    static func shown(_ tags: [Tag]) -> Fields {
        Fields(tags.map { .init(name: $0.key, value: .string($0.value)) })
    }
}

/// An operation on the tags of a function, which its ARN names.
protocol FunctionTagOperation: FunctionOperation {}

extension FunctionTagOperation {
    static func find(_ input: Fields, _ call: Call) throws -> FunctionSubject {
        try FunctionSubject(input.text("Resource") ?? "", nil, call)
    }
    static func keys(_ input: Fields, _ subject: FunctionSubject, _ call: Call) -> ContextKeys {
        let (own, asked) = (subject.keys(call), FunctionTags.requested(input))
        let removed = input.texts("TagKeys") ?? []
        return ContextKeys { Access.requestCondition($0, asked, removed: removed) ?? own[$0] }
    }
    static func asks(_ input: Fields, _ subject: FunctionSubject, _ call: Call) -> [Question] {
        [subject.question("lambda:\(name)", keys(input, subject, call))]
    }
}

extension FunctionSubject {
    fileprivate func requireTaggable() throws(Fault) -> FunctionState {
        guard reference.qualifier == nil else {
            throw .invalidValue(
                "Tags on function aliases and versions are not supported. Please specify either a function name or an unqualified function ARN."
            )
        }
        return try requireWhole()
    }
}

extension Functions {
    static let taggable = Shape.string(
        1...10_000,
        Pattern(
            "arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?)"
        ) { $0.hasPrefix("arn:") && FunctionReference.pattern.matches($0) })

    enum TagResource: FunctionTagOperation {
        static let name: Text = "TagResource"
        static let hasOutput = false
        static let route: Route? = Route("POST", "/2017-03-31/tags/{Resource}", reply: RouteReply(status: 204))
        static let input: Structure = [.required("Resource", taggable), .required("Tags", tags)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            _ = try call.subject.requireTaggable()
            let asked = FunctionTags.requested(call.input)
            return try await call.changeFunction { state, _ in
                let kept = state.tags.filter { tag in !asked.contains { $0.key == tag.key } }
                state.tags = try FunctionTags.checked(kept + asked)
                return [:]
            }
        }
    }

    enum UntagResource: FunctionTagOperation {
        static let name: Text = "UntagResource"
        static let hasOutput = false
        static let route: Route? = Route(
            "DELETE", "/2017-03-31/tags/{Resource}", query: ["tagKeys": "TagKeys"], reply: RouteReply(status: 204))
        static let input: Structure = [
            .required("Resource", taggable), .required("TagKeys", .list(Access.tagKey)),
        ]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            _ = try call.subject.requireTaggable()
            let gone = call.input.texts("TagKeys") ?? []
            return try await call.changeFunction { state, _ in
                state.tags.removeAll { gone.contains($0.key) }
                return [:]
            }
        }
    }

    enum ListTags: FunctionTagOperation {
        static let name: Text = "ListTags"
        static let isReadOnly = true
        static let route: Route? = Route("GET", "/2017-03-31/tags/{Resource}")
        static let input: Structure = [.required("Resource", taggable)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            ["Tags": .structure(FunctionTags.shown(try call.subject.requireTaggable().tags))]
        }
    }
}
