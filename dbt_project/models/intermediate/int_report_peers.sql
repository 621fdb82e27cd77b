-- The peers of each current report: bodies of one level, kind, province and year; no number where one of these is not
-- known. The edition of the form tells them apart where a metric asks for different things.
with reports as (
    select * from {{ ref('int_reports') }}
    where is_current
),

bodies as (
    select * from {{ ref('dim_body') }}
)

select
    reports.report_no,
    bodies.province_name,
    bodies.body_level,
    bodies.body_kind,
    reports.form_version,
    case
        when
            reports.report_year is not null
            and bodies.province_name is not null
            and bodies.body_level is not null
            and bodies.body_kind <> 'unknown'
            then cast(
                dense_rank() over (
                    order by reports.report_year, bodies.province_name, bodies.body_level, bodies.body_kind
                ) - 1 as uinteger
            )
    end as peers_no
from reports
inner join bodies on reports.body_key = bodies.body_key
order by reports.report_no
