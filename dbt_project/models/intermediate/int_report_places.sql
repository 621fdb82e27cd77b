-- Where, of which level and kind and on which year each current report counts in sums over divisions.
with divisions as (
    select * from {{ ref('dim_division') }}
),

places as (
    {{ divisions_above('divisions') }}
),

reports as (
    select
        reports.report_no,
        reports.report_year,
        coalesce(bodies.body_level, 'unknown') as body_level,
        bodies.body_kind,
        places.county_code,
        places.prefecture_code,
        places.province_code
    from {{ ref('int_reports') }} as reports
    inner join {{ ref('dim_body') }} as bodies on reports.body_key = bodies.body_key
    left join places on bodies.division_code = places.division_code
    where reports.is_current
)

select
    *,
    cast(dense_rank() over (
        order by report_year, body_level, body_kind, province_code, prefecture_code, county_code
    ) - 1 as uinteger) as place_no
from reports
order by report_no
