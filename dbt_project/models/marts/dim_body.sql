with reports as (
    select * from {{ ref('int_reports') }}
),

bodies as (
    select
        body_key,
        -- The name in the last year, of its current report; one that a person placed may name another body, or none.
        max_by(
            case
                when resolution = 'override' and not coalesce(contains(body_name, unit_name), false) then unit_name
                else body_name
            end,
            [coalesce(report_year, 0), cast(is_current as integer), -cast(report_no as bigint)]
        ) as body_name,
        max(unit_name) as unit_name,
        max(printed_parent) as printed_parent,
        max(division_code) as division_code,
        coalesce(bool_or(is_government), false) as is_government,
        -- Reports that are one body may be placed by evidence of different strength: the strongest is told.
        arg_min(resolution, list_position(['override', 'name_and_parent', 'unique_name', 'ambiguous'], resolution))
            as resolution,
        count(*) as n_reports
    from reports
    group by body_key
),

levels as (
    select * from {{ ref('int_body_levels') }}
),

divisions as (
    select * from {{ ref('dim_division') }}
)

select
    bodies.body_key,
    bodies.body_name,
    bodies.unit_name,
    bodies.printed_parent,
    coalesce(levels.name_type, 'unknown') as body_type,
    levels.body_level,
    bodies.division_code,
    bodies.is_government,
    case
        when bodies.is_government then 'government'
        when bodies.division_code is not null then 'department'
        -- Not placed: what the ending of the name tells.
        when levels.body_level is not null or levels.name_type = 'city' then 'government'
        when levels.name_type is not null then 'department'
        else 'unknown'
    end as body_kind,
    divisions.full_name as division_full_name,
    divisions.province_name,
    divisions.prefecture_name,
    divisions.county_name,
    coalesce(bodies.resolution, 'unknown') as resolution,
    bodies.n_reports
from bodies
inner join levels on bodies.body_key = levels.body_key
left join divisions on bodies.division_code = divisions.division_code
