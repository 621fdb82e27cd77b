select
    reports.report_key,
    reports.body_key,
    reports.report_year,
    activities.activity,
    cast(packed.status as varchar) as status,
    packed.status = 'zero' as is_zero_activity,
    packed.has_stock,
    packed.n_cells,
    packed.n_numbers,
    packed.prose_value,
    {{ prose_contradicts('packed') }} as prose_contradicts,
    packed.line_start,
    packed.line_end
from {{ in_this_file(ref('int_activity_status')) }} as packed
inner join {{ in_this_file(ref('int_report_numbers')) }} as reports on packed.report_no = reports.report_no
inner join {{ in_this_file(ref('int_activity_numbers')) }} as activities on packed.activity_no = activities.activity_no
