with reports as (
    select * from {{ ref('dim_report') }}
    where is_current
),

bodies as (
    select * from {{ ref('dim_body') }}
),

procurement as (
    select * from {{ ref('fct_procurement') }}
),

statuses as (
    select * from {{ ref('fct_zero_activity') }}
    where activity = 'procurement'
)

select
    reports.body_key,
    reports.report_year,
    reports.report_key,
    bodies.body_name,
    bodies.province_name,
    bodies.prefecture_name,
    bodies.county_name,
    bodies.division_code,
    bodies.body_level,
    bodies.body_kind,
    statuses.status,
    case
        when procurement.report_key is null then statuses.status
        when procurement.amount_yuan = 0 then 'zero'
        when procurement.amount_yuan is not null then 'amount'
        when procurement.amount is not null then 'unit_unknown'
        when procurement.amount_state in ('absent', 'ambiguous') then procurement.amount_state
        else 'blank'
    end as amount_status,
    procurement.project_count,
    procurement.project_count_state,
    procurement.amount_raw,
    procurement.amount_state,
    procurement.amount_unit,
    procurement.unit_basis,
    procurement.amount_yuan,
    procurement.line_start,
    procurement.line_end
from reports
inner join bodies on reports.body_key = bodies.body_key
inner join statuses on reports.report_key = statuses.report_key
left join procurement on reports.report_key = procurement.report_key
