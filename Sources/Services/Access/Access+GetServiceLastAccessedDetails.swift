internal import Bytes
internal import Policy
internal import Wire

extension Access {
    enum GetServiceLastAccessedDetails: ReportReading {
        static let name: Text = "GetServiceLastAccessedDetails"
        static let input = Structure([.required("JobId", jobID)] + paging)

        static func report(
            _ report: ServiceReport, _ members: [ServiceReport.Member], _ policies: [GrantingPolicy], _ input: Fields
        ) throws -> Fields {
            let reachable = ServiceReport.services.filter { service in
                policies.contains { $0.document.grants(service.namespace) }
                    && !policies.contains { $0.document.forbids(service.namespace) }
            }
            var fields = report.fields
            fields.add("JobType", report.granularity)
            fields.members += try AccessPage(input).fields(
                "ServicesLastAccessed", of: reachable, id: { $0.namespace }
            ) { service in
                shown(service.namespace, service.name, members, withActions: report.granularity == "ACTION_LEVEL")
            }.members
            return fields
        }

        private struct Sighting {
            let arn: Text
            let use: ServiceMemory.Use
        }

        private static func shown(
            _ namespace: Text, _ name: Text, _ members: [ServiceReport.Member], withActions: Bool
        ) -> Document {
            let sightings = members.compactMap { member in
                member.memories[namespace]?.last.map { Sighting(arn: member.entity.arn, use: $0) }
            }
            var fields: Fields = [
                "ServiceName": .string(name), "ServiceNamespace": .string(namespace),
                "TotalAuthenticatedEntities": .integer(Int64(sightings.count)),
            ]
            if let last = latest(sightings) {
                fields.add("LastAuthenticated", last.use.time)
                fields.add("LastAuthenticatedEntity", last.arn)
                fields.add("LastAuthenticatedRegion", last.use.region)
            }
            if withActions, !sightings.isEmpty {
                fields.add("TrackedActionsLastAccessed", .list(actions(namespace, members)))
            }
            return .structure(fields)
        }

        private static func actions(_ namespace: Text, _ members: [ServiceReport.Member]) -> [Document] {
            var all: [Text: [Sighting]] = [:]
            for member in members {
                for (action, use) in member.memories[namespace]?.uses ?? [:] {
                    all[action, default: []].append(Sighting(arn: member.entity.arn, use: use))
                }
            }
            return all.sorted { $0.key < $1.key }.map { action, sightings in
                var fields: Fields = ["ActionName": .string(action)]
                if let last = latest(sightings) {
                    fields.add("LastAccessedEntity", last.arn)
                    fields.add("LastAccessedTime", last.use.time)
                    fields.add("LastAccessedRegion", last.use.region)
                }
                return .structure(fields)
            }
        }

        private static func latest(_ sightings: [Sighting]) -> Sighting? {
            sightings.max { $0.use.time < $1.use.time }
        }
    }
}
