with names as (
    select * from {{ ref('int_division_names') }}
),

codes as (
    select
        division_code,
        nullif(min(first_year), 0) as valid_from
    from names
    group by division_code
),

last_names as (
    select *
    from names
    qualify row_number() over (partition by division_code order by last_year desc) = 1
)

select
    last_names.division_code,
    last_names.division_name,
    last_names.level,
    last_names.parent_code,
    last_names.full_name,
    last_names.short_name,
    last_names.pinyin,
    last_names.province_code,
    last_names.province_name,
    last_names.prefecture_code,
    last_names.prefecture_name,
    last_names.county_code,
    last_names.county_name,
    last_names.valid_to is null as is_current,
    codes.valid_from,
    last_names.valid_to,
    last_names.successor_codes,
    last_names.unit_code
from last_names
inner join codes on last_names.division_code = codes.division_code
