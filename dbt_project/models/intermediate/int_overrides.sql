with overrides as (
    select * from {{ ref('stg_overrides') }}
),

matches as (
    select
        csv_row,
        count(*) filter (where is_chosen) as n_reports_placed,
        count(*) filter (where not agrees) as n_reports_elsewhere
    from {{ ref('int_override_matches') }}
    group by csv_row
)

select
    overrides.csv_row,
    overrides.document_id,
    overrides.body_name,
    overrides.printed_parent,
    overrides.division_code,
    overrides.division_name,
    overrides.unit_name,
    case
        when matches.n_reports_placed > 0 then 'applied'
        when overrides.document_id is not null then 'document_not_found'
        else 'unused'
    end as status,
    coalesce(matches.n_reports_placed, 0) as n_reports_placed,
    coalesce(matches.n_reports_elsewhere, 0) as n_reports_elsewhere,
    overrides.reason,
    overrides.decided_by,
    overrides.decided_on
from overrides
left join matches on overrides.csv_row = matches.csv_row
