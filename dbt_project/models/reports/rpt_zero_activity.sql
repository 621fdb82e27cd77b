select
    reports.body_key,
    reports.report_year,
    activities.activity,
    reports.report_key,
    bodies.body_name,
    bodies.province_name,
    bodies.prefecture_name,
    bodies.county_name,
    bodies.division_code,
    bodies.body_level,
    bodies.body_kind,
    cast(packed.status as varchar) as status,
    packed.status = 'zero' as is_zero_activity,
    packed.zero_years_in_row,
    packed.first_zero_year,
    packed.prose_value,
    {{ prose_contradicts('packed') }} as prose_contradicts,
    packed.line_start,
    packed.line_end
from {{ in_this_file(ref('int_zero_years')) }} as packed
inner join {{ in_this_file(ref('int_report_numbers')) }} as reports on packed.report_no = reports.report_no
inner join {{ in_this_file(ref('int_activity_numbers')) }} as activities on packed.activity_no = activities.activity_no
inner join {{ in_this_file(ref('dim_body')) }} as bodies on reports.body_key = bodies.body_key
