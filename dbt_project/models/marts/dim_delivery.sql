with deliveries as (
    select * from {{ ref('int_deliveries') }}
)

select
    delivery,
    description_status,
    description_path,
    collected_on,
    delivery_source,
    licence,
    collector,
    claimed_scope is not null as has_scope,
    claimed_scope,
    n_documents,
    n_reports
from deliveries
