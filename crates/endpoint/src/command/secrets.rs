//! What an operator decides about denunciations.

use std::io::{self, Write};

use super::{CommandError, open, people::note};
use crate::{
    settings::{Secrets, UnitPlace},
    vault::Vault,
};

pub(super) async fn run(wish: &Secrets) -> Result<(), CommandError> {
    let mut out = io::stdout();
    match wish {
        Secrets::Key { file } => {
            Vault::make(file).map_err(|error| CommandError::File(file.clone(), error))?;
            writeln!(
                out,
                "Đã tạo {}. Chạy serve với --mat-key; sao lưu tệp này riêng: mất nó là mất mọi hồ sơ tố cáo trên máy chủ.",
                file.display()
            )?;
        }
        Secrets::On(at) => turn(at, true).await?,
        Secrets::Off(at) => turn(at, false).await?,
        Secrets::Show(at) => say(open(&at.place)?.has_secrets(&at.unit).await?)?,
    }
    Ok(())
}

async fn turn(at: &UnitPlace, is_on: bool) -> Result<(), CommandError> {
    let store = open(&at.place)?;
    store.set_secrets(&at.unit, is_on).await?;
    let act = if is_on { "bat_mat" } else { "tat_mat" };
    store.log(note(&at.unit, act, String::new())).await?;
    say(is_on)
}

fn say(is_on: bool) -> Result<(), CommandError> {
    let state = match is_on {
        true => {
            "Đang bật: điện thoại của đơn vị ghi được hồ sơ tố cáo (máy chủ cần chạy với --mat-key)."
        }
        false => "Đang tắt: điện thoại chỉ ghi số, mã và số người của tố cáo.",
    };
    Ok(writeln!(io::stdout(), "{state}")?)
}
