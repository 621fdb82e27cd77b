with deliveries as (
    select * from {{ ref('stg_deliveries') }}
),

documents as (
    select
        delivery,
        count(*) as n_documents
    from {{ ref('stg_documents') }}
    group by delivery
),

reports as (
    select
        delivery,
        count(*) as n_reports
    from {{ ref('stg_reports') }}
    group by delivery
),

units as (
    select * from {{ ref('int_division_names') }}
),

full_names as (
    select
        division_code,
        full_name
    from units
    qualify row_number() over (partition by division_code order by last_year desc) = 1
),

spans as (
    select
        delivery,
        scope_seq,
        division_code,
        unit_level,
        case when year_from = year_to then cast(year_from as varchar) else year_from || '-' || year_to end as years
    from {{ ref('stg_delivery_scopes') }}
),

scopes as (
    select
        spans.delivery,
        string_agg(
            full_names.full_name || ' (' || spans.division_code || ') ' || spans.unit_level || ' ' || spans.years,
            '; ' order by spans.scope_seq
        ) as claimed_scope
    from spans
    inner join full_names on spans.division_code = full_names.division_code
    group by spans.delivery
)

select
    deliveries.*,
    scopes.claimed_scope,
    coalesce(documents.n_documents, 0) as n_documents,
    coalesce(reports.n_reports, 0) as n_reports
from deliveries
left join documents on deliveries.delivery = documents.delivery
left join reports on deliveries.delivery = reports.delivery
left join scopes on deliveries.delivery = scopes.delivery
